//! What changed, told to whoever looks: a commit marks (tenant, topic), one NOTIFY for all marks of a quarter of a second,
//! and every host hands it on to its open streams of that tenant. A mark that is lost costs no more than the next poll.

#[cfg(feature = "ssr")]
mod changes;
#[cfg(feature = "ssr")]
mod hub;
#[cfg(feature = "ssr")]
mod listener;

#[cfg(feature = "ssr")]
pub use {
    changes::Changes,
    hub::{Hub, Subscription},
    listener::hear,
};

use serde::{Deserialize, Serialize};

/// What can change. The contract with scripts and pages is `docs/live.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// Rows of the mirror, and what is counted from them.
    Opportunities,
    /// Runs and their progress.
    Sync,
    /// Jobs, and what is counted from them.
    Jobs,
    /// Somebody's notifications.
    Notifications,
    /// What other systems posted, and what became of it.
    Events,
    /// A session or key ended: streams ask again whether theirs still holds. Told to no reader.
    Sessions,
}

impl Topic {
    pub const ALL: [Topic; 6] =
        [Topic::Opportunities, Topic::Sync, Topic::Jobs, Topic::Notifications, Topic::Events, Topic::Sessions];

    pub const fn as_str(self) -> &'static str {
        match self {
            Topic::Opportunities => "opportunities",
            Topic::Sync => "sync",
            Topic::Jobs => "jobs",
            Topic::Notifications => "notifications",
            Topic::Events => "events",
            Topic::Sessions => "sessions",
        }
    }

    pub fn parse(text: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.as_str() == text)
    }

    /// Whether readers of a stream are told.
    pub const fn is_public(self) -> bool {
        !matches!(self, Topic::Sessions)
    }
}

/// A set of topics: however much changes, what waits for a slow reader stays this small.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Topics(u8);

impl Topics {
    pub const NONE: Topics = Topics(0);

    pub fn of(topics: &[Topic]) -> Topics {
        Topics(topics.iter().fold(0, |bits, topic| bits | bit(*topic)))
    }

    /// Everything: after notes may have been missed.
    pub fn all() -> Topics {
        Topics::of(&Topic::ALL)
    }

    pub const fn has(self, topic: Topic) -> bool {
        self.0 & bit(topic) != 0
    }

    pub const fn and(self, other: Topics) -> Topics {
        Topics(self.0 | other.0)
    }

    pub const fn without(self, other: Topics) -> Topics {
        Topics(self.0 & !other.0)
    }

    /// Those that readers are told.
    pub fn public(self) -> Topics {
        self.iter().filter(|topic| topic.is_public()).fold(Topics::NONE, |told, topic| told.and(Topics::of(&[topic])))
    }

    /// Its topics, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| self.has(*topic))
    }
}

const fn bit(topic: Topic) -> u8 {
    match topic {
        Topic::Opportunities => 1,
        Topic::Sync => 2,
        Topic::Sessions => 4,
        Topic::Jobs => 8,
        Topic::Notifications => 16,
        Topic::Events => 32,
    }
}

#[cfg(feature = "ssr")]
impl Topics {
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Topics {
        Topics(bits)
    }
}
