//! Which events the account posts here, ready to be shown.

use crate::dashboard::Tone;
use crate::inbox::registration::{Registration, Standing};
use crate::opportunities::words::field_words;

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationView {
    /// Why the provider cannot reach this host, in a sentence.
    pub out_of_reach: Option<String>,
    /// Each wanted event with how it stands, those first that want something.
    pub events: Vec<(String, &'static str, Tone)>,
    /// Events that are not as they should be.
    pub open: usize,
}

impl From<Registration> for RegistrationView {
    fn from(found: Registration) -> RegistrationView {
        let mut events: Vec<_> = found.events.into_iter().collect();
        events.sort_by_key(|(_, standing)| *standing == Standing::Right);
        let open = events.iter().filter(|(_, standing)| *standing != Standing::Right).count();
        let line = |(event, standing): (&'static str, Standing)| {
            let (word, tone) = match standing {
                Standing::Right => ("Registered", Tone::Ok),
                Standing::Missing => ("Missing", Tone::Warn),
                Standing::Wrong => ("Does not work", Tone::Bad),
            };
            (field_words(event.trim_start_matches("opportunity_")), word, tone)
        };
        RegistrationView { out_of_reach: found.problem, events: events.into_iter().map(line).collect(), open }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_wants_something_comes_first() {
        let events = BTreeMap::from([
            ("opportunity_create", Standing::Right),
            ("opportunity_mark_as_lost", Standing::Missing),
            ("opportunity_update", Standing::Wrong),
        ]);
        let found = Registration { public_url: None, problem: None, events, created: 0, repaired: 0 };
        let view = RegistrationView::from(found);
        let names: Vec<&str> = view.events.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!((names, view.open), (vec!["Mark as lost", "Update", "Create"], 2));
    }
}
