//! The few fields of a record that filters and sorts need, read once from its text.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::json_text::OrderedObject;

/// A column that the list can filter and sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Id,
    UpdatedAt,
    CreatedAt,
    StartsAt,
    EndsAt,
    State,
    Status,
    MemberId,
    Number,
    Subject,
}

impl Attribute {
    /// `None` for a column that the simulator does not know.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "updated_at" => Self::UpdatedAt,
            "created_at" => Self::CreatedAt,
            "starts_at" => Self::StartsAt,
            "ends_at" => Self::EndsAt,
            "state" => Self::State,
            "status" => Self::Status,
            "member_id" => Self::MemberId,
            "number" => Self::Number,
            "subject" => Self::Subject,
            _ => return None,
        })
    }

    pub(crate) fn is_date(self) -> bool {
        matches!(self, Self::UpdatedAt | Self::CreatedAt | Self::StartsAt | Self::EndsAt)
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Number | Self::Subject)
    }
}

/// The value of a column; moments are milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell<'a> {
    Int(i64),
    Text(&'a str),
    /// Last, as Postgres sorts nulls.
    Null,
}

/// What filters see of a record. What the text does not say plainly is null.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facets {
    id: i64,
    updated_at: Option<i64>,
    created_at: Option<i64>,
    pub(crate) starts_at: Option<i64>,
    ends_at: Option<i64>,
    pub(crate) state: Option<i64>,
    pub(crate) status: Option<i64>,
    member_id: Option<i64>,
    number: Option<Box<str>>,
    subject: Option<Box<str>>,
    /// `User`, `Venue` and so on, for members only.
    pub(crate) membership: Option<Box<str>>,
}

impl Facets {
    /// Reads what can be read; the id is the one that the record is stored under, whatever its text says.
    pub(crate) fn read(id: i64, text: &str) -> Self {
        let Some(object) = OrderedObject::parse(text) else { return Self { id, ..Self::default() } };
        let int = |key| object.value(key).as_ref().and_then(Value::as_i64);
        let time = |key| object.value(key).as_ref().and_then(Value::as_str).and_then(millis);
        // A subject that is not valid Unicode is searched by its raw text.
        let text = |key| match object.value(key) {
            Some(Value::String(text)) => Some(text.into_boxed_str()),
            Some(_) => None,
            None => object.get(key).map(Box::from),
        };
        Self {
            id,
            updated_at: time("updated_at"),
            created_at: time("created_at"),
            starts_at: time("starts_at"),
            ends_at: time("ends_at"),
            state: int("state"),
            status: int("status"),
            member_id: int("member_id"),
            number: text("number"),
            // A member is called by its name.
            subject: text("subject").or_else(|| text("name")),
            membership: text("membership_type"),
        }
    }

    pub(crate) fn touch(&mut self, at: DateTime<Utc>) {
        self.updated_at = Some(at.timestamp_millis());
    }

    /// Whether it has ended by then; false without an end.
    pub(crate) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_some_and(|end| end < now.timestamp_millis())
    }

    pub(crate) fn get(&self, attribute: Attribute) -> Cell<'_> {
        match attribute {
            Attribute::Id => Cell::Int(self.id),
            Attribute::UpdatedAt => int(self.updated_at),
            Attribute::CreatedAt => int(self.created_at),
            Attribute::StartsAt => int(self.starts_at),
            Attribute::EndsAt => int(self.ends_at),
            Attribute::State => int(self.state),
            Attribute::Status => int(self.status),
            Attribute::MemberId => int(self.member_id),
            Attribute::Number => text(self.number.as_deref()),
            Attribute::Subject => text(self.subject.as_deref()),
        }
    }
}

fn int<'a>(number: Option<i64>) -> Cell<'a> {
    number.map_or(Cell::Null, Cell::Int)
}

fn text(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}

fn millis(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis())
}
