//! Rules: what follows by itself when something happens. A cause is written down in the transaction that makes it happen
//! ([`causes`]); a job evaluates them in batches ([`evaluate`]); what fired has a row for each of its actions, and each is tried
//! by itself, in the database ([`act`]) or at its receiver ([`deliver`]). What a rule does causes nothing.

pub mod act;
pub mod action;
pub mod additions;
mod attempts;
pub mod causes;
pub mod change;
pub mod condition;
pub mod deliver;
pub mod dry_run;
mod error;
pub mod evaluate;
pub mod facts;
pub mod form;
pub mod history;
mod message;
mod notify;
mod opportunity;
pub mod secret;
mod shape;
pub mod signature;
pub mod store;
pub mod trigger;
pub mod view;
pub mod watch;

pub use error::RuleError;

use chrono::{DateTime, Utc};

use action::Action;
use condition::Condition;
use facts::Facts;
use trigger::Trigger;

/// A rule, as it is evaluated and shown.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: i64,
    pub name: String,
    pub enabled: bool,
    /// From 1: rules are evaluated in this order.
    pub order: i32,
    pub trigger: Trigger,
    /// All must hold.
    pub conditions: Vec<Condition>,
    pub actions: Vec<Action>,
    /// Counts the changes.
    pub version: i32,
    pub fired_count: i64,
    pub last_fired_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Rule {
    /// Whether it fires for this.
    pub fn fires(&self, facts: &Facts, is_replay: bool) -> bool {
        self.trigger.fits(facts, is_replay) && self.conditions.iter().all(|condition| condition.holds(facts))
    }
}
