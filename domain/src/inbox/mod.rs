//! The inbox: what other systems post to us. A delivery is kept, byte for byte, before it is answered 200; what it says is a
//! hint, and a job reads the truth back from the source. The contract is `docs/inbox.md`.

#[cfg(feature = "ssr")]
pub mod current_rms;
#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
mod doors;
#[cfg(feature = "ssr")]
pub mod endpoint;
#[cfg(feature = "ssr")]
pub mod envelope;
#[cfg(feature = "ssr")]
pub mod events;
#[cfg(feature = "ssr")]
pub mod follow_up;
#[cfg(feature = "ssr")]
pub mod health;
#[cfg(feature = "ssr")]
pub mod intake;
#[cfg(feature = "ssr")]
pub mod keeping;
#[cfg(feature = "ssr")]
mod rate;
#[cfg(feature = "ssr")]
pub mod registration;
#[cfg(feature = "ssr")]
pub mod replay;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
pub mod tally;
#[cfg(feature = "ssr")]
pub mod trial;
#[cfg(feature = "ssr")]
pub mod view;

use serde::{Deserialize, Serialize};

use crate::dashboard::Tone;

/// Who posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    CurrentRms,
    EmailBison,
}

impl Provider {
    pub const ALL: [Provider; 2] = [Provider::CurrentRms, Provider::EmailBison];

    pub const fn as_str(self) -> &'static str {
        match self {
            Provider::CurrentRms => "current-rms",
            Provider::EmailBison => "email-bison",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Provider::CurrentRms => "Current RMS",
            Provider::EmailBison => "Email Bison",
        }
    }

    pub fn parse(text: &str) -> Option<Provider> {
        Provider::ALL.into_iter().find(|provider| provider.as_str() == text)
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventState {
    /// Kept; its follow-up is to come.
    Received,
    Processed,
    /// Kept; nothing follows from it.
    Ignored,
    /// Its bytes could not be understood.
    Quarantined,
    /// Its follow-up was tried often enough.
    Dead,
}

impl EventState {
    pub const ALL: [EventState; 5] =
        [EventState::Received, EventState::Processed, EventState::Ignored, EventState::Quarantined, EventState::Dead];

    pub const fn as_str(self) -> &'static str {
        match self {
            EventState::Received => "received",
            EventState::Processed => "processed",
            EventState::Ignored => "ignored",
            EventState::Quarantined => "quarantined",
            EventState::Dead => "dead",
        }
    }

    /// As a badge says it.
    pub const fn word(self) -> &'static str {
        match self {
            EventState::Received => "Received",
            EventState::Processed => "Processed",
            EventState::Ignored => "Ignored",
            EventState::Quarantined => "Quarantined",
            EventState::Dead => "Dead",
        }
    }

    pub const fn tone(self) -> Tone {
        match self {
            EventState::Received => Tone::Warn,
            EventState::Processed => Tone::Ok,
            EventState::Ignored => Tone::Info,
            EventState::Quarantined | EventState::Dead => Tone::Bad,
        }
    }

    pub fn parse(text: &str) -> Option<EventState> {
        EventState::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
