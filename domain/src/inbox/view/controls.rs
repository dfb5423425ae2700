//! What narrows the list: states, fields, chips; and the way to replay all of it.

use super::list::events_words;
use super::{PATH, action_words};
use crate::db::TenantTx;
use crate::inbox::EventState;
use crate::inbox::events::{self, EventFilter};
use crate::inbox::tally::Tally;
use crate::jobs::AgainView;
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::{brief, field_words};
use crate::opportunities::{Chip, Choice, Tab};

/// What the form above the list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFields {
    pub q: String,
    pub opportunity: String,
    pub from: String,
    pub to: String,
    pub kinds: Vec<Choice>,
    /// Pairs that the form has no field for, kept as they are.
    pub kept: Vec<(String, String)>,
}

pub(super) fn states(address: &Address, tally: &Tally, filter: &EventFilter) -> Vec<Tab> {
    let tab = |name: &str, state: Option<EventState>, address: Address| Tab {
        name: match tally.of(state) {
            Some(count) => format!("{name} {}", grouped(count.unsigned_abs())),
            None => name.into(),
        },
        href: address.href(PATH),
        on: filter.state == state,
        removable: None,
    };
    let all = tab("All", None, address.without(&["state", "page"]));
    let each = EventState::ALL.map(|state| tab(state.word(), Some(state), address.with("state", state.as_str())));
    [all].into_iter().chain(each).collect()
}

pub(super) fn fields(address: &Address, filter: &EventFilter, mut kinds: Vec<String>) -> EventFields {
    let text = |name: &str| address.get(name).unwrap_or_default().to_owned();
    let chosen = filter.kind.as_deref();
    kinds.extend(chosen.filter(|kind| !kinds.iter().any(|known| known == kind)).map(str::to_owned));
    let choice = |kind: String| Choice { label: action_words(&kind), chosen: chosen == Some(&kind), value: kind };
    EventFields {
        q: text("q"),
        opportunity: text("opportunity"),
        from: text("from"),
        to: text("to"),
        kinds: kinds.into_iter().map(choice).collect(),
        kept: address.without(&["q", "type", "opportunity", "from", "to", "page"]).pairs(),
    }
}

pub(super) fn chips(address: &Address) -> Vec<Chip> {
    let chip = |label: &str, name: &str, words: fn(&str) -> String| {
        let value = words(address.get(name)?);
        Some(Chip { label: label.into(), value, href: address.without(&[name, "page"]).href(PATH) })
    };
    let plain = |text: &str| brief(text, 60);
    [
        chip("Contains", "q", plain),
        chip("State", "state", field_words),
        chip("Action", "type", action_words),
        chip("Opportunity", "opportunity", plain),
        chip("From", "from", plain),
        chip("To", "to", plain),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// "1,204 events", "more than 50,000 events".
pub(super) fn said(total: i64, more: bool) -> String {
    format!("{}{}", if more { "more than " } else { "" }, events_words(total))
}

/// The way to replay all events of the filter, and the question with their number. What a search finds is not replayed as a
/// whole: a search is for looking.
pub(super) async fn again(
    tx: &mut TenantTx,
    address: &Address,
    filter: &EventFilter,
    total: i64,
    asked: bool,
) -> Result<Option<AgainView>, ListError> {
    if filter.q.is_some() || (total == 0 && !asked) {
        return Ok(None);
    }
    if !asked {
        let href = address.without(&["page"]).with("again", "1").href(PATH) + "#again";
        return Ok(Some(AgainView { words: "Replay all of this list".into(), href, asked, filter: Vec::new() }));
    }
    let count = events::count(tx, filter, false).await?;
    let words = match count {
        0 => "There is nothing to replay in this list.".into(),
        1 => "1 event is looked at anew and followed up, by a job.".into(),
        count => format!(
            "{} are looked at anew and followed up, oldest first, by a job. Those whose bytes are not kept any more are left out.",
            events_words(count)
        ),
    };
    let pairs = if count == 0 { Vec::new() } else { address.without(&["page", "limit"]).pairs() };
    // Without a filter too the form has something to post: that all are meant.
    let pairs = if count > 0 && pairs.is_empty() { vec![("state".into(), String::new())] } else { pairs };
    Ok(Some(AgainView { words, href: address.href(PATH), asked, filter: pairs }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_keep_the_other_filters_and_begin_at_the_first_page() {
        let tabs = states(&Address::parse("type=update&page=3&state=dead"), &Tally::default(), &EventFilter::default());
        assert_eq!((tabs[0].name.as_str(), tabs[0].href.as_str(), tabs[0].on), ("All 0", "/events?type=update", true));
        assert_eq!(tabs[2].href, "/events?type=update&state=processed");
        let many = Tally { many: true, ..Tally::default() };
        assert_eq!(states(&Address::default(), &many, &EventFilter::default())[5].name, "Dead");
    }

    #[test]
    fn an_action_that_no_recent_event_has_stays_chosen() {
        let filter = EventFilter { kind: Some("mark_as_dead".into()), ..EventFilter::default() };
        let fields = fields(&Address::parse("type=mark_as_dead&state=dead"), &filter, vec!["update".into()]);
        let kinds: Vec<(&str, bool)> = fields.kinds.iter().map(|kind| (kind.label.as_str(), kind.chosen)).collect();
        assert_eq!(kinds, [("Update", false), ("Mark as dead", true)]);
        assert_eq!(fields.kept, [("state".to_owned(), "dead".to_owned())]);
    }
}
