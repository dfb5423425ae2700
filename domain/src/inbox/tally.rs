//! How many events a filter finds, by state. Counting stops where nobody needs the number any more.

use sqlx::Error;

use super::EventState;
use super::events::EventFilter;
use crate::db::TenantTx;

/// Events that are counted.
pub const MOST: i64 = 50_000;
/// Newest events whose actions are offered as a filter.
const RECENT: i64 = 2_000;

/// Events of a filter whatever their state, and those of its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub(in crate::inbox) by_state: Vec<(EventState, i64)>,
    /// Whether there are more than [`MOST`] in all; then a state's number is not known.
    pub many: bool,
    /// Those of the filter's state, at most [`MOST`].
    pub total: i64,
    /// Whether there are more of those.
    pub more: bool,
}

impl Tally {
    pub async fn read(tx: &mut TenantTx, filter: &EventFilter, named: bool) -> Result<Tally, Error> {
        let by_state = by_state_of(tx, &EventFilter { state: None, ..filter.clone() }, named).await?;
        let all: i64 = by_state.iter().map(|(_, count)| count).sum();
        let many = all > MOST;
        let found = match filter.state {
            None => all,
            Some(state) if many => of(&by_state_of(tx, filter, named).await?, state),
            Some(state) => of(&by_state, state),
        };
        Ok(Tally { by_state, many, total: found.min(MOST), more: found > MOST })
    }

    /// Events of a state, or of all, where that is known.
    pub fn of(&self, state: Option<EventState>) -> Option<i64> {
        let all = || self.by_state.iter().map(|(_, count)| count).sum();
        (!self.many).then(|| state.map_or_else(all, |state| of(&self.by_state, state)))
    }
}

fn of(counts: &[(EventState, i64)], state: EventState) -> i64 {
    counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count)
}

/// Of the filter's state too, where it has one.
async fn by_state_of(tx: &mut TenantTx, filter: &EventFilter, named: bool) -> Result<Vec<(EventState, i64)>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select state, count(*) as "count!" from (
               select state from webhook_events
               where tenant_id = $1 and ($2::text is null or state = $2) and ($3::text is null or action_type = $3)
                  and ($4::bigint is null or opportunity_id = $4)
                  and ($5::timestamptz is null or timestamp >= $5) and ($6::timestamptz is null or timestamp < $6)
                  and ($7::text is null or opportunity_name ilike $7 or customer_name ilike $7 or id ilike $7 or ($8 and user_name ilike $7))
               limit $9
           ) found group by state"#,
        tenant,
        filter.state.map(EventState::as_str),
        filter.kind.as_deref(),
        filter.opportunity,
        filter.from,
        filter.to,
        filter.pattern(),
        named,
        MOST + 1
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((EventState::parse(&row.state)?, row.count))).collect())
}

/// The actions of the newest events, in the provider's words.
pub async fn kinds(tx: &mut TenantTx) -> Result<Vec<String>, Error> {
    let tenant = tx.tenant();
    sqlx::query_scalar!(
        r#"select distinct action_type as "kind!" from (
               select action_type from webhook_events where tenant_id = $1 order by timestamp desc limit $2
           ) recent where length(action_type) between 1 and 60 order by 1 limit 100"#,
        tenant,
        RECENT
    )
    .fetch_all(tx.connection())
    .await
}
