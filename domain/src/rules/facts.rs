//! What is known of a cause: what conditions look at, messages say and receivers are sent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// All that can be known; what a cause does not have is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    /// The mirror's before and after the read that the event caused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<String>,
    /// As it stood when the rule was evaluated, like all of the opportunity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge_total: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_value: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// From the tenant's day of the evaluation; negative when it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_to_start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_delivery_at: Option<DateTime<Utc>>,
    /// Of the reconciliation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count_before: Option<i64>,
}

/// A fact, as conditions compare it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    Text(Option<&'a str>),
    Number(Option<i64>),
    Amount(Option<Money>),
}

/// A name under which a fact is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// In JSON and in messages.
    pub name: &'static str,
    /// On screens.
    pub word: &'static str,
    pub kind: FieldKind,
    /// The type of trigger that knows it.
    pub of: &'static str,
    read: for<'a> fn(&'a Facts) -> Fact<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Number,
    Amount,
}

const EVENT: &str = "event";

/// Every field.
pub const FIELDS: [Field; 20] = [
    text("actionType", "Action", EVENT, |facts| Fact::Text(facts.action_type.as_deref())),
    text("previousStatus", "Status before", EVENT, |facts| Fact::Text(facts.previous_status.as_deref())),
    text("newStatus", "Status after", EVENT, |facts| Fact::Text(facts.new_status.as_deref())),
    text("user", "User", EVENT, |facts| Fact::Text(facts.user.as_deref())),
    text("opportunity", "Opportunity", EVENT, |facts| Fact::Text(facts.opportunity.as_deref())),
    text("status", "Status", EVENT, |facts| Fact::Text(facts.status.as_deref())),
    text("organisation", "Organisation", EVENT, |facts| Fact::Text(facts.organisation.as_deref())),
    number("organisationId", "Organisation's id", EVENT, |facts| Fact::Number(facts.organisation_id)),
    text("owner", "Owner", EVENT, |facts| Fact::Text(facts.owner.as_deref())),
    number("ownerId", "Owner's id", EVENT, |facts| Fact::Number(facts.owner_id)),
    text("venue", "Venue", EVENT, |facts| Fact::Text(facts.venue.as_deref())),
    amount("chargeTotal", "Value before tax", |facts| Fact::Amount(facts.charge_total)),
    amount("totalValue", "Value with tax", |facts| Fact::Amount(facts.total_value)),
    number("daysToStart", "Days to its start", EVENT, |facts| Fact::Number(facts.days_to_start)),
    text("jobType", "Type of the job", "job_failed", |facts| Fact::Text(facts.job_type.as_deref())),
    text("error", "Error of the job", "job_failed", |facts| Fact::Text(facts.error.as_deref())),
    text("endpoint", "Endpoint", "endpoint_silent", |facts| Fact::Text(facts.endpoint.as_deref())),
    text("list", "List", "reconciliation_grew", |facts| Fact::Text(facts.list.as_deref())),
    text("system", "System", "reconciliation_grew", |facts| Fact::Text(facts.system.as_deref())),
    number("count", "Count", "reconciliation_grew", |facts| Fact::Number(facts.count)),
];

type Read = for<'a> fn(&'a Facts) -> Fact<'a>;

const fn text(name: &'static str, word: &'static str, of: &'static str, read: Read) -> Field {
    Field { name, word, kind: FieldKind::Text, of, read }
}

const fn number(name: &'static str, word: &'static str, of: &'static str, read: Read) -> Field {
    Field { name, word, kind: FieldKind::Number, of, read }
}

const fn amount(name: &'static str, word: &'static str, read: Read) -> Field {
    Field { name, word, kind: FieldKind::Amount, of: EVENT, read }
}

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

impl Field {
    pub fn parse(name: &str) -> Option<Field> {
        FIELDS.into_iter().find(|field| field.name == name)
    }

    pub fn of<'a>(&self, facts: &'a Facts) -> Fact<'a> {
        (self.read)(facts)
    }
}
