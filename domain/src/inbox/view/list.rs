//! From an address to the list of events ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::controls::{self, EventFields};
use super::{MOST_LETTERS, OPPORTUNITY, PATH, action_words, state_words, status_words};
use crate::calendar::{moment, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::inbox::events::{self, EventFilter, EventRow};
use crate::inbox::tally::{self, Tally};
use crate::jobs::AgainView;
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::brief;
use crate::opportunities::{Cell, Head, Sheet, Tab};
use crate::pager::Pager;
use crate::params::{Fault, Params};

/// Letters of an error in the list; the event's page has the rest.
const MOST_OF_ERROR: usize = 120;

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsView {
    /// A tab a state, with its count where that is known.
    pub states: Vec<Tab>,
    pub fields: EventFields,
    pub again: Option<AgainView>,
    pub sheet: Sheet,
    /// Whether nothing has arrived at all.
    pub untouched: bool,
    /// Whether the browser is to read the page again by itself, and the address of the other way.
    pub follows: bool,
    pub turn: String,
    /// Whether endpoints may be made by who looks.
    pub may_make: bool,
}

/// What an address asks for.
struct Query {
    filter: EventFilter,
    page: i64,
    limit: i64,
    /// Whether the question of replaying all is shown.
    again: bool,
    live: bool,
}

impl Query {
    fn read(mut params: Params, timezone: &str) -> Result<Query, Fault> {
        let (page, limit) = params.page()?;
        let (again, live) = (params.text("again")?.is_some(), params.text("live")?.is_some());
        let filter = EventFilter::take(&mut params, timezone)?;
        params.end()?;
        Ok(Query { filter, page, limit, again, live })
    }
}

impl EventsView {
    /// Reads the list that an address asks for. A page behind the last shows the last.
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<EventsView, ListError> {
        let Query { filter, page, limit, again, live } =
            Query::read(Params::parse(search), &caller.tenant_view.timezone)?;
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let named = caller.may(Permission::ReadPayloads);
        let address = Address::parse(search).without(&["again"]);
        let plain = address.without(&["live"]);
        let tally = Tally::read(tx, &filter, named).await?;
        let page = page.min(Pager::last(tally.total, limit));
        let rows = events::page(tx, &filter, named, page, limit).await?;
        let again = if caller.may(Permission::Replay) {
            controls::again(tx, &plain, &filter, tally.total, again).await?
        } else {
            None
        };
        // Nothing is asked on a page that goes.
        let follows = live && !again.as_ref().is_some_and(|again| again.asked);
        let turned = if follows { plain.clone() } else { address.without(&["page"]).with("live", "1") };
        Ok(EventsView {
            states: controls::states(&address, &tally, &filter),
            fields: controls::fields(&plain, &filter, tally::kinds(tx).await?),
            untouched: tally.total == 0 && filter == EventFilter::default(),
            follows,
            turn: turned.href(PATH),
            may_make: caller.may(Permission::Administer) && caller.person().is_some(),
            again,
            sheet: Sheet {
                chips: controls::chips(&address),
                heads: heads(named),
                rows: rows.iter().map(|row| line(row, named, now, zone)).collect(),
                summary: controls::said(tally.total, tally.more),
                pager: Pager::new(page, limit, tally.total, &address, PATH),
                csv: String::new(),
                xlsx: String::new(),
                fresh: format!("read {}", now.with_timezone(&zone).format("%H:%M:%S")),
            },
        })
    }
}

fn heads(named: bool) -> Vec<Head> {
    let labels = ["When", "State", "Opportunity", "Customer", "Who", "Action", "Status", "Error"];
    labels.into_iter().filter(|label| named || *label != "Who").map(Head::fixed).collect()
}

fn line(row: &EventRow, named: bool, now: DateTime<Utc>, zone: Tz) -> Vec<Cell> {
    let said = |text: &Option<String>| text.as_ref().map_or_else(|| "—".into(), |text| brief(text, MOST_LETTERS));
    let (state, tone) = state_words(&row.state);
    let marks: Vec<&str> = [(row.replay_of.is_some(), "replay"), (row.is_test, "test")]
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, word)| *word)
        .collect();
    let when = Cell {
        note: (!marks.is_empty()).then(|| marks.join(", ")),
        ..Cell::link(moment(row.timestamp, now, zone), Some(format!("{PATH}/{}", row.id)))
    };
    let opportunity = match row.opportunity_id {
        Some(id) => Cell::link(
            row.opportunity_name.as_ref().map_or_else(|| unnamed(id), |name| brief(name, MOST_LETTERS)),
            Some(format!("{OPPORTUNITY}/{id}")),
        ),
        None => Cell::text(said(&row.opportunity_name)),
    };
    let mut cells =
        vec![when, Cell { tone: Some(tone), ..Cell::text(state) }, opportunity, Cell::text(said(&row.customer_name))];
    if named {
        cells.push(Cell::text(said(&row.user_name)));
    }
    let error = row.error.as_ref().map(|error| brief(error, MOST_OF_ERROR));
    cells.extend([
        Cell::text(row.action_type.as_deref().map_or_else(|| "—".into(), action_words)),
        Cell::text(status_words(row.previous_status.as_deref(), row.new_status.as_deref())),
        Cell::text(error.unwrap_or_else(|| "—".into())),
    ]);
    cells
}

fn unnamed(id: i64) -> String {
    format!("Opportunity {id}")
}

/// "1,204 events".
pub(super) fn events_words(count: i64) -> String {
    format!("{} {}", grouped(count.unsigned_abs()), if count == 1 { "event" } else { "events" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::Tone;

    fn row() -> EventRow {
        EventRow {
            id: "evt_7_1".into(),
            timestamp: "2026-11-21T11:00:00Z".parse().unwrap(),
            provider: "current-rms".into(),
            opportunity_id: Some(7),
            opportunity_name: Some(format!("Tents\n{}", "x".repeat(500))),
            customer_name: None,
            user_name: Some("Ana".into()),
            action_type: Some("mark_as_lost".into()),
            previous_status: Some("Active".into()),
            new_status: Some("Lost".into()),
            state: "dead".into(),
            error: Some("y".repeat(500)),
            attempts: 5,
            settled_at: None,
            replay_of: Some("evt_6_1".into()),
            is_test: true,
            bytes: Some(3),
        }
    }

    fn cells(named: bool) -> Vec<Cell> {
        line(&row(), named, "2026-11-21T12:00:00Z".parse().unwrap(), Tz::UTC)
    }

    #[test]
    fn a_line_tells_an_event_in_words_and_leads_to_it_and_to_its_opportunity() {
        let cells = cells(true);
        assert_eq!(
            (cells[0].href.as_deref(), cells[0].note.as_deref()),
            (Some("/events/evt_7_1"), Some("replay, test"))
        );
        assert_eq!(cells[2].href.as_deref(), Some("/opportunities/7"));
        assert!(cells[2].text.starts_with("Tents xx") && cells[2].text.chars().count() == MOST_LETTERS + 1);
        let texts: Vec<&str> = cells[3..7].iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["—", "Ana", "Mark as lost", "Active → Lost"]);
        assert_eq!((cells[1].text.as_str(), cells[1].tone), ("Dead", Some(Tone::Bad)));
        assert_eq!(cells[7].text.chars().count(), MOST_OF_ERROR + 1);
    }

    #[test]
    fn who_did_it_is_in_no_column_for_those_who_need_not_know() {
        let cells = cells(false);
        assert_eq!(cells.len(), heads(false).len());
        assert!(cells.iter().all(|cell| cell.text != "Ana") && heads(false).iter().all(|head| head.label != "Who"));
    }

    #[test]
    fn an_address_that_cannot_be_read_names_its_field() {
        for query in ["state=open", "from=x", "page=0", "opportunity=a", "status=1"] {
            let fault = Query::read(Params::parse(query), "UTC").err().unwrap();
            assert!(query.starts_with(&fault.field), "{query}: {fault}");
        }
    }
}
