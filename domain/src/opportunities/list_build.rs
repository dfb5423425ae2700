//! From an address to a list ready to be shown.

use chrono::{DateTime, Utc};

use super::address::Address;
use super::column::Column;
use super::filter::Sort;
use super::form;
use super::list_view::{ListView, Tab};
use super::query::Query;
use super::saved::{self, SavedView};
use super::words::{money, status_tone};
use super::{Cell, Head, OpportunityRow, Sheet, list};
use crate::calendar::{week, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::pager::Pager;
use crate::params::{Fault, Params};
use crate::reports::List;
use crate::sync::{freshness, store as runs};

/// Where the list lives.
pub const PATH: &str = "/opportunities";

/// The newest change first, unless the address says otherwise.
pub const NEWEST: Sort = Sort { column: "updated_at_rms", descending: true };

/// Why a list cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl ListView {
    /// Reads the list that an address asks for. A page behind the last shows the last.
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<ListView, ListError> {
        let tenant = &caller.tenant_view;
        let mut query = Query::read(Params::parse(search), NEWEST)?;
        let address = Address::parse(search);
        let zone = zone_or_utc(&tenant.timezone);
        let mut listed = list::page(tx, &query.filter, query.sort, query.page, query.limit).await?;
        let last = Pager::last(listed.total, query.limit);
        if query.page > last {
            query.page = last;
            listed = list::page(tx, &query.filter, query.sort, query.page, query.limit).await?;
        }
        let (runs, _) = runs::recent(tx, 1).await?;
        let fresh = freshness(runs.first(), now);
        let number = |count: i64| grouped(count.unsigned_abs());
        Ok(ListView {
            tabs: tabs(&address, &saved::list(tx, caller.person()).await?, caller, zone, now),
            search: address.without(&["page"]).query(),
            fields: form::fields(tx, &address, &query).await?,
            sheet: Sheet {
                chips: form::chips(&address, &query, PATH),
                heads: query
                    .columns
                    .iter()
                    .map(|column| head(*column, &address, query.sort, &tenant.currency))
                    .collect(),
                rows: listed.rows.iter().map(|row| line(row, &query.columns, zone)).collect(),
                summary: format!(
                    "{} {} · {} {} ex tax",
                    number(listed.total),
                    if listed.total == 1 { "record" } else { "records" },
                    money(Some(listed.value)),
                    tenant.currency
                ),
                pager: Pager::new(query.page, query.limit, listed.total, &address, PATH),
                csv: address.without(&["page", "limit"]).href("/api/opportunities.csv"),
                xlsx: address.without(&["page", "limit"]).workbook(List::Opportunities),
                fresh,
            },
        })
    }
}

/// Lists that everybody needs, then those that are kept.
fn tabs(address: &Address, kept: &[SavedView], caller: &Caller, zone: chrono_tz::Tz, now: DateTime<Utc>) -> Vec<Tab> {
    let today = crate::calendar::date(now, zone);
    let (first, last) = week(today, caller.tenant_view.first_day);
    let usual = [
        ("All", String::new()),
        ("Quotes to chase", format!("kind=quoted&from={today}&sort=starts_at")),
        ("Going out this week", format!("kind=booked&from={first}&to={last}&sort=starts_at")),
        ("Not seen for 24 h", "staleHours=24&sort=synced_at".into()),
    ];
    let tab = |name: &str, query: &str, removable: Option<String>| {
        let view = Address::parse(query);
        Tab { name: name.into(), on: view.asks_as(address), href: view.href(PATH), removable }
    };
    let admin = caller.may(Permission::Administer);
    let of_person = |view: &SavedView| {
        let name = if view.own { view.name.clone() } else { format!("{} (shared)", view.name) };
        tab(&name, &view.query, (view.own || admin).then(|| view.id.to_string()))
    };
    usual.iter().map(|(name, query)| tab(name, query, None)).chain(kept.iter().map(of_person)).collect()
}

/// A second press on a column turns its order round; amounts and times begin with the greatest.
fn head(column: Column, address: &Address, sort: Sort, currency: &str) -> Head {
    let name = column.sorted_by();
    let descending = (sort.column == name).then_some(sort.descending);
    let downwards = match descending {
        Some(descending) => !descending,
        None => {
            column.is_number() || matches!(column, Column::Created | Column::Changed | Column::Seen | Column::Webhook)
        }
    };
    let next = if downwards { format!("-{name}") } else { name.to_owned() };
    Head {
        label: column.label(currency),
        number: column.is_number(),
        href: Some(address.with("sort", &next).href(PATH)),
        descending,
    }
}

fn line(row: &OpportunityRow, columns: &[Column], zone: chrono_tz::Tz) -> Vec<Cell> {
    let leads =
        |column: Column| column == Column::Subject || (column == Column::Id && !columns.contains(&Column::Subject));
    let cell = |column: &Column| Cell {
        text: column.text(row, zone),
        number: column.is_number(),
        tone: (*column == Column::Status).then(|| status_tone(row)),
        href: leads(*column).then(|| format!("{PATH}/{}", row.id)),
        note: (leads(*column) && row.deleted_at.is_some()).then(|| "deleted".into()),
        ..Cell::default()
    };
    columns.iter().map(cell).collect()
}
