//! What people are told: a row a person, shown by the bell and its page, and sent by mail and to the tenant's webhook. An event
//! is written down in the statement that makes it happen, and told by the next worker that looks ([`raise`]).

#[cfg(feature = "ssr")]
pub(crate) mod digest;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod raise;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod store;
mod view;
#[cfg(feature = "ssr")]
pub mod view_build;
#[cfg(feature = "ssr")]
pub mod webhook;

#[cfg(feature = "ssr")]
pub use error::NotificationError;
pub use view::{NotificationView, NotificationsView, SwitchView, WebhookView};

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A job has no attempt left. For admins.
    JobFailed,
    /// A rule fired that tells people. For whom the rule names.
    Rule,
    /// More of the mirror differs from the source than before. For admins and managers.
    Mirror,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::JobFailed, Kind::Rule, Kind::Mirror];

    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::JobFailed => "job_failed",
            Kind::Rule => "rule",
            Kind::Mirror => "mirror",
        }
    }

    /// On the switch.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::JobFailed => "Failed jobs",
            Kind::Rule => "Rules",
            Kind::Mirror => "The mirror differs",
        }
    }

    /// Whether people of this role are told, so that they have a switch for it.
    pub const fn concerns(self, role: crate::identity::Role) -> bool {
        use crate::identity::Role;
        match self {
            Kind::JobFailed => matches!(role, Role::Admin),
            Kind::Rule => true,
            Kind::Mirror => matches!(role, Role::Admin | Role::Manager),
        }
    }
}
