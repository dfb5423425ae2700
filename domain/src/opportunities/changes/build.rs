//! From an address to a list of changes ready to be shown.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::line::brief;
use super::query::{KINDS, Query};
use super::store::{self, ChangeRow};
use super::{ChangeFields, ChangesView};
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::identity::Caller;
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::form::between;
use crate::opportunities::list_build::{ListError, PATH as OPPORTUNITIES};
use crate::opportunities::words::change_words;
use crate::opportunities::{Cell, Chip, Choice, Head, Sheet};
use crate::pager::Pager;
use crate::params::Params;
use crate::reports::List;
use crate::sync::{freshness, store as runs};

/// Where the list lives.
pub const PATH: &str = "/changes";

const HEADS: [&str; 6] = ["When", "Opportunity", "Customer", "What", "Learned from", "Before and after"];

/// Parameters that the form has a field for; `page` begins anew.
const WITH_A_FIELD: [&str; 6] = ["from", "to", "startsFrom", "startsTo", "kind", "page"];

impl ChangesView {
    /// Reads the list that an address asks for. A page behind the last shows the last.
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<ChangesView, ListError> {
        let Query { filter, page, limit } = Query::read(Params::parse(search))?;
        let address = Address::parse(search);
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let total = store::count(tx, &filter).await?;
        let page = page.min(Pager::last(total, limit));
        let rows = store::page(tx, &filter, page, limit).await?;
        let (runs, _) = runs::recent(tx, 1).await?;
        Ok(ChangesView {
            fields: fields(&address, filter.kind),
            sheet: Sheet {
                chips: chips(&address),
                heads: HEADS.map(Head::fixed).into(),
                rows: rows.iter().map(|row| cells(row, zone)).collect(),
                summary: format!("{} {}", grouped(total.unsigned_abs()), if total == 1 { "change" } else { "changes" }),
                pager: Pager::new(page, limit, total, &address, PATH),
                csv: address.without(&["page", "limit"]).href("/api/changes.csv"),
                xlsx: address.without(&["page", "limit"]).workbook(List::Changes),
                fresh: freshness(runs.first(), now),
            },
        })
    }
}

fn fields(address: &Address, chosen: Option<&str>) -> ChangeFields {
    let text = |name: &str| address.get(name).unwrap_or_default().to_owned();
    let kind =
        |kind: &str| Choice { value: kind.into(), label: change_words(kind).0.into(), chosen: chosen == Some(kind) };
    ChangeFields {
        from: text("from"),
        to: text("to"),
        starts_from: text("startsFrom"),
        starts_to: text("startsTo"),
        kinds: KINDS.map(kind).into(),
        kept: address.without(&WITH_A_FIELD).pairs(),
    }
}

/// Every filter that is set, in words.
pub fn chips(address: &Address) -> Vec<Chip> {
    let chip = |label: &str, value: Option<String>, names: &[&str]| {
        let href = address.without(&[names, &["page"]].concat()).href(PATH);
        value.map(|value| Chip { label: label.into(), value, href })
    };
    let kind = address.get("kind").map(|kind| change_words(kind).0.to_owned());
    let chips = [
        chip("What", kind, &["kind"]),
        chip("Changed", between(address.get("from"), address.get("to")), &["from", "to"]),
        chip("Starts", between(address.get("startsFrom"), address.get("startsTo")), &["startsFrom", "startsTo"]),
        chip("Opportunity", address.get("opportunity").map(str::to_owned), &["opportunity"]),
    ];
    chips.into_iter().flatten().collect()
}

fn cells(row: &ChangeRow, zone: Tz) -> Vec<Cell> {
    let line = brief(row, zone);
    vec![
        Cell::text(line.when),
        Cell::link(name(row), Some(format!("{OPPORTUNITIES}/{}", row.opportunity_id))),
        Cell::text(row.organisation_name.clone().unwrap_or_else(|| "—".into())),
        Cell { tone: Some(line.tone), ..Cell::text(line.what) },
        Cell::text(line.source),
        Cell { wrap: true, fields: line.fields, ..Cell::text("—") },
    ]
}

/// What the opportunity is called now.
pub(super) fn name(row: &ChangeRow) -> String {
    row.name.clone().unwrap_or_else(|| format!("Opportunity {}", row.opportunity_id))
}
