//! The inbox's screens in words and figures ready to be shown, in the tenant's zone.

mod controls;
mod endpoints;
mod list;
mod one;
mod payload;
mod registration;
mod timeline;

pub use controls::EventFields;
pub use endpoints::{EndpointLine, EndpointsView, Hours};
pub use list::EventsView;
pub use one::{EventFact, EventView};
pub use payload::{Node, Payload, Shown};
pub use registration::RegistrationView;

use super::EventState;
use crate::dashboard::Tone;
use crate::opportunities::words::{brief, field_words};

/// Where events live.
pub const PATH: &str = "/events";
/// Where an opportunity does.
const OPPORTUNITY: &str = crate::opportunities::list_build::PATH;

/// Letters of a name or an action: they are anybody's text.
const MOST_LETTERS: usize = 200;

/// A state as it is kept; one that nobody knows is told as it is.
fn state_words(state: &str) -> (String, Tone) {
    EventState::parse(state).map_or_else(
        || (field_words(&brief(state, MOST_LETTERS)), Tone::Info),
        |state| (state.word().into(), state.tone()),
    )
}

/// "mark_as_lost" → "Mark as lost".
pub fn action_words(action: &str) -> String {
    field_words(&brief(action, MOST_LETTERS))
}

/// The status before and after: both where it changed.
fn status_words(before: Option<&str>, after: Option<&str>) -> String {
    let said = |status: Option<&str>| status.map_or_else(|| "—".into(), |status| brief(status, MOST_LETTERS));
    if before == after { said(after) } else { format!("{} → {}", said(before), said(after)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_stayed_is_told_once() {
        assert_eq!(status_words(Some("Active"), Some("Lost")), "Active → Lost");
        assert_eq!(status_words(Some("Active"), Some("Active")), "Active");
        assert_eq!((status_words(None, Some("Active")), status_words(None, None)), ("— → Active".into(), "—".into()));
    }
}
