//! What people, keys, rules and settings change leaves a row, written in the change's own transaction, with a code that only a
//! host can make; a sealer chains the rows, so that whatever is done to them behind the product's back is found.

mod chain;
mod difference;
pub mod export;
mod mac;
mod record;
mod request;
pub mod seal;
pub mod trail;
pub mod verify;
pub mod view;

pub use difference::{difference, difference_of};
pub use mac::AuditKey;
pub(crate) use record::write;
pub use record::{record, record_many};
pub use request::Request;

use serde_json::Value;
use uuid::Uuid;

use crate::identity::{Caller, Principal};

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub kind: &'static str,
    pub id: Option<Uuid>,
    pub name: &'a str,
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        match &caller.principal {
            Principal::Person { id, .. } => By { kind: "person", id: Some(id.0), name: &caller.name },
            Principal::Key { id, .. } => By { kind: "key", id: Some(*id), name: &caller.name },
        }
    }
}

impl<'a> By<'a> {
    /// A rule, by its name.
    pub const fn rule(name: &'a str) -> Self {
        By { kind: "system", id: None, name }
    }
}

impl By<'static> {
    /// The operator at the command line, or Backline itself.
    pub const fn system(name: &'static str) -> Self {
        By { kind: "system", id: None, name }
    }
}

/// Through which door it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Screen,
    Api,
    Sync,
    Job,
    /// What a rule did.
    Rule,
    CommandLine,
}

impl Source {
    /// All that a row may say, those of other writers than these too.
    pub const WORDS: [&str; 8] = ["screen", "api", "webhook", "sync", "job", "replay", "rule", "command line"];

    const fn as_str(self) -> &'static str {
        match self {
            Source::Screen => "screen",
            Source::Api => "api",
            Source::Sync => "sync",
            Source::Job => "job",
            Source::Rule => "rule",
            Source::CommandLine => "command line",
        }
    }
}

/// One change. `before` and `after` hold the changed fields only, beside whose it is, and never a secret.
pub struct Entry<'a> {
    pub actor: By<'a>,
    pub source: Source,
    pub request_id: Option<&'a str>,
    /// Type and id: `("run", "12")`.
    pub entity: (&'a str, &'a str),
    pub action: &'a str,
    pub before: Option<Value>,
    pub after: Option<Value>,
}
