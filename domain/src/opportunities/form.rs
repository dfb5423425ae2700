//! The filters of an address as a form shows them, and as chips.

use std::fmt::Display;

use super::address::Address;
use super::column::Column;
use super::filter::Kind;
use super::list_view::{Chip, Choice, Fields};
use super::query::Query;
use super::{State, Status};
use crate::db::TenantTx;

/// Owners in the form; more can be reached by an address.
const MOST_OWNERS: i32 = 200;

/// Parameters that the form has a field for; `sort` is kept as it is, `page` begins anew.
const WITH_A_FIELD: [&str; 13] = [
    "q",
    "from",
    "to",
    "minValue",
    "maxValue",
    "staleHours",
    "status",
    "state",
    "kind",
    "owner",
    "deleted",
    "columns",
    "page",
];

/// What the form holds for this address.
pub(super) async fn fields(tx: &mut TenantTx, address: &Address, query: &Query) -> Result<Fields, sqlx::Error> {
    let text = |name: &str| address.get(name).unwrap_or_default().to_owned();
    let filter = &query.filter;
    let choice = |value: String, label: &str, chosen: bool| Choice { value, label: label.into(), chosen };
    let statuses = Status::ALL
        .into_iter()
        .map(|status| choice(status.code().to_string(), status.word(), filter.status.contains(&status.code())))
        .chain([choice("none".into(), "No status", filter.no_status)]);
    let states = State::ALL
        .into_iter()
        .map(|state| choice(state.code().to_string(), state.word(), filter.state.contains(&state.code())));
    let kinds =
        Kind::ALL.into_iter().map(|kind| choice(kind.key().into(), kind_words(kind), filter.kind == Some(kind)));
    let owners = owners(tx).await?.into_iter().map(|(id, name)| choice(id.to_string(), &name, filter.owner == [id]));
    let deleted = [("", "Without deleted"), ("include", "With deleted"), ("only", "Only deleted")]
        .map(|(value, label)| choice(value.into(), label, text("deleted") == value));
    let columns = Column::ALL
        .into_iter()
        .map(|column| choice(column.key().into(), column.label("").trim(), query.columns.contains(&column)));
    Ok(Fields {
        q: text("q"),
        from: text("from"),
        to: text("to"),
        min_value: text("minValue"),
        max_value: text("maxValue"),
        stale_hours: text("staleHours"),
        statuses: statuses.collect(),
        states: states.collect(),
        kinds: kinds.collect(),
        owners: owners.collect(),
        deleted: deleted.into(),
        columns: columns.collect(),
        kept: address.without(&WITH_A_FIELD).pairs(),
    })
}

const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Open => "Open: quoted or ordered",
        Kind::Booked => "Booked: orders that stand",
        Kind::Quoted => "Quoted: quotations that stand",
    }
}

async fn owners(tx: &mut TenantTx) -> Result<Vec<(i64, String)>, sqlx::Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        // From one owner to the next: a grouping would read every record of the tenant.
        r#"with recursive owners as (
            (select owner_id, 1 as place from opportunities
            where tenant_id = $1 and owner_id is not null and deleted_at is null order by owner_id limit 1)
            union all
            select (select o.owner_id from opportunities o
                where o.tenant_id = $1 and o.owner_id > owners.owner_id and o.deleted_at is null order by o.owner_id limit 1), place + 1
            from owners where owner_id is not null and place < $2
        )
        select owner_id as "id!", coalesce((select o.owner_name from opportunities o
            where o.tenant_id = $1 and o.owner_id = owners.owner_id and o.deleted_at is null limit 1), 'Owner ' || owner_id) as "name!"
        from owners where owner_id is not null order by 2"#,
        tenant,
        MOST_OWNERS
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Two dates of which either may be missing.
pub(super) fn between<T: Display>(from: Option<T>, to: Option<T>) -> Option<String> {
    match (from, to) {
        (None, None) => None,
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(to)) => Some(format!("until {to}")),
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
    }
}

/// Every filter that is set, in words; `path` is the list's.
pub fn chips(address: &Address, query: &Query, path: &str) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut add = |label: &str, value: String, names: &[&str]| {
        let href = address.without(&[names, &["page"]].concat()).href(path);
        chips.push(Chip { label: label.into(), value, href });
    };
    let filter = &query.filter;
    let told = |names: &[i32], word: &dyn Fn(i32) -> Option<&'static str>| {
        let words = names.iter().map(|code| word(*code).map_or_else(|| code.to_string(), Into::into));
        words.collect::<Vec<String>>()
    };
    let ids = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if let Some(q) = &filter.q {
        add("Contains", q.clone(), &["q"]);
    }
    if let Some(kind) = filter.kind {
        add("Kind", kind_words(kind).into(), &["kind"]);
    }
    if !filter.status.is_empty() || filter.no_status {
        let mut words = told(&filter.status, &|code| Status::from_code(code).map(Status::word));
        words.extend(filter.no_status.then(|| "No status".into()));
        add("Status", words.join(", "), &["status"]);
    }
    if !filter.state.is_empty() {
        add("State", told(&filter.state, &|code| State::from_code(code).map(State::word)).join(", "), &["state"]);
    }
    if !filter.owner.is_empty() {
        add("Owner", ids(&filter.owner), &["owner"]);
    }
    if !filter.organisation.is_empty() {
        add("Customer", ids(&filter.organisation), &["organisation"]);
    }
    if let Some(dates) = between(filter.from, filter.to) {
        add("Starts", dates, &["from", "to"]);
    }
    match (filter.min_value, filter.max_value) {
        (None, None) => {}
        (Some(least), None) => add("Value", format!("at least {least}"), &["minValue", "maxValue"]),
        (None, Some(most)) => add("Value", format!("at most {most}"), &["minValue", "maxValue"]),
        (Some(least), Some(most)) => add("Value", format!("{least} to {most}"), &["minValue", "maxValue"]),
    }
    if let Some(hours) = filter.stale_hours {
        add("Not seen for", format!("{hours} h"), &["staleHours"]);
    }
    if let Some(since) = filter.webhook_since {
        add("Webhook since", since.to_rfc3339(), &["webhookSince"]);
    }
    if let Some(deleted) = address.get("deleted").filter(|deleted| *deleted != "exclude") {
        add("Deleted", deleted.into(), &["deleted"]);
    }
    chips
}
