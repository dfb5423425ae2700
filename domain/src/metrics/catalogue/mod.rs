//! What formulas may speak of: entities and their fields. The only place where a name of a formula meets a name of SQL.

mod customer;
mod opportunity;

use serde::{Deserialize, Serialize};

use super::kind::Kind;

/// What a formula is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    Opportunity,
    /// What the mirror knows of an organisation.
    Customer,
}

/// Something that is known of each record of an entity.
#[derive(Debug)]
pub struct Field {
    /// Its name in formulas, and of its column in the entity's source.
    pub code: &'static str,
    /// For menus, and within sentences.
    pub label: &'static str,
    pub kind: Kind,
    /// Of numbers: `days`, `orders`. Money is in the tenant's currency.
    pub unit: &'static str,
    /// Whether it can be empty.
    pub nullable: bool,
    pub description: &'static str,
    pub example: &'static str,
    /// The words of a choice, with the source's numbers.
    pub words: &'static [(&'static str, i32)],
    /// Its expression in the entity's source. `{name}` stands for a value that the compiler binds.
    pub(super) sql: &'static str,
    /// The part of the source that it needs beside the main one.
    pub(super) part: Part,
}

/// Parts of a source that are joined only where a field needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Main,
    Gaps,
}

/// Not by address: a constant may stand at several. Entities have fields of one name, with SQL of their own.
impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.code == other.code && self.sql == other.sql
    }
}

impl Eq for Field {}

impl Entity {
    pub const ALL: [Entity; 2] = [Entity::Customer, Entity::Opportunity];

    pub const fn as_str(self) -> &'static str {
        match self {
            Entity::Opportunity => "opportunity",
            Entity::Customer => "customer",
        }
    }

    pub fn parse(text: &str) -> Option<Entity> {
        Entity::ALL.into_iter().find(|entity| entity.as_str() == text)
    }

    /// At the head of a sentence.
    pub const fn plural(self) -> &'static str {
        match self {
            Entity::Opportunity => "Opportunities",
            Entity::Customer => "Customers",
        }
    }

    /// Everything that is known of its records, in the order of menus.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Entity::Opportunity => opportunity::FIELDS,
            Entity::Customer => customer::FIELDS,
        }
    }

    pub fn field(self, code: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.code == code)
    }

    /// Shown where a formula names no columns.
    pub const fn usual_columns(self) -> &'static [&'static str] {
        match self {
            Entity::Opportunity => &["name", "organisation_name", "starts_at", "status", "charge_total"],
            Entity::Customer => {
                &["name", "last_order_date", "days_since_last_order", "orders_count_12m", "revenue_12m"]
            }
        }
    }

    /// What is at stake with a record: the money that enters and leaves when a definition changes.
    pub const fn money(self) -> &'static str {
        match self {
            Entity::Opportunity => "charge_total",
            Entity::Customer => "revenue_12m",
        }
    }
}

impl Field {
    /// The word of a choice's number; none for one that the list does not have.
    pub fn word(&self, code: i32) -> Option<&'static str> {
        self.words.iter().find(|(_, number)| *number == code).map(|(word, _)| *word)
    }

    /// The number of a choice's word, whatever its case.
    pub fn choice(&self, word: &str) -> Option<i32> {
        self.words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word.trim())).map(|(_, number)| *number)
    }
}
