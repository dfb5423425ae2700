//! A list beside the mirror, with the form that mends several of its lines at once.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{PATH, REMEDIES};
use crate::calendar::{moment, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::store::by_ids;
use crate::opportunities::words::brief;
use crate::opportunities::{Cell, Head, Sheet};
use crate::pager::Pager;
use crate::reconciliation::items::Item;
use crate::reconciliation::query::{Query, Wanted};
use crate::reconciliation::remedy::Mended;
use crate::reconciliation::{Kind, report};
use crate::workflows::templates;

/// A list, and what mends it for who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListView {
    pub sheet: Sheet,
    pub offer: Option<Offer>,
}

/// The form above a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub kind: Kind,
    /// None for opportunities to which nothing was added.
    pub system: Option<String>,
    /// Where it is sent to: the list's address stands in it.
    pub action: String,
    /// A line each, in their order.
    pub picks: Vec<Pick>,
    /// Code and name of the workflows that can be started.
    pub workflows: Vec<(String, String)>,
}

/// What a line is chosen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    pub id: i64,
    pub name: String,
}

/// What became of the records that somebody chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MendedView {
    /// "2 records are mended, 1 is not."
    pub words: String,
    /// Where each of the others is, its name and why.
    pub refused: Vec<(String, String, String)>,
}

impl ListView {
    pub(super) async fn read(
        tx: &mut TenantTx,
        query: &Query,
        address: &Address,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<ListView, sqlx::Error> {
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let (count, items) = match report::read(tx, query).await?.into_iter().next() {
            Some(finding) => (finding.count, finding.items),
            None => (0, Vec::new()),
        };
        let offer = if caller.may(Permission::Augment) && caller.person().is_some() {
            Offer::of(tx, &query.wanted, address, &items).await?
        } else {
            None
        };
        let heads = ["Opportunity", "Customer", "System", "Why", "Since", "What to do"];
        let sheet = Sheet {
            chips: Vec::new(),
            heads: heads.map(Head::fixed).into(),
            rows: items.iter().map(|item| line(item, now, zone)).collect(),
            summary: format!(
                "{} {}",
                grouped(count.unsigned_abs()),
                if count == 1 { "opportunity" } else { "opportunities" }
            ),
            pager: Pager::new(query.page.min(Pager::last(count, query.limit)), query.limit, count, address, PATH),
            csv: address.without(&["page", "limit"]).href("/api/reconciliation.csv"),
            xlsx: String::new(),
            fresh: format!("read {}", now.with_timezone(&zone).format("%H:%M:%S")),
        };
        Ok(ListView { sheet, offer })
    }
}

impl Offer {
    /// None for lists of several systems, and where there is nothing to be mended.
    async fn of(
        tx: &mut TenantTx,
        wanted: &Wanted,
        address: &Address,
        items: &[Item],
    ) -> Result<Option<Offer>, sqlx::Error> {
        let (kind, system) = match wanted {
            Wanted::One { kind, system } if *kind == Kind::Unaugmented || system.is_some() => (*kind, system.clone()),
            _ => return Ok(None),
        };
        if items.is_empty() {
            return Ok(None);
        }
        let templates = if kind == Kind::Unaugmented { templates::all(tx).await? } else { Vec::new() };
        let pick = |item: &Item| Pick { id: item.opportunity_id, name: name(item) };
        Ok(Some(Offer {
            kind,
            system,
            action: address.href(REMEDIES),
            picks: items.iter().map(pick).collect(),
            workflows: templates.into_iter().map(|template| (template.code, template.name)).collect(),
        }))
    }
}

impl MendedView {
    pub async fn read(tx: &mut TenantTx, mended: &[Mended]) -> Result<MendedView, sqlx::Error> {
        let refused: Vec<&Mended> = mended.iter().filter(|mended| !mended.done).collect();
        let ids: Vec<i64> = refused.iter().map(|mended| mended.opportunity_id).collect();
        let known = by_ids(tx, &ids).await?;
        let line = |mended: &&Mended| {
            let id = mended.opportunity_id;
            let name = known.iter().find(|row| row.id == id).map(|row| &row.name);
            let name = name.map_or_else(|| format!("Opportunity {id}"), |name| brief(name, 80));
            (format!("/opportunities/{id}/more"), name, mended.reason.clone().unwrap_or_default())
        };
        Ok(MendedView {
            words: words(mended.len() - refused.len(), refused.len()),
            refused: refused.iter().map(line).collect(),
        })
    }

    /// Where none was left behind.
    pub fn of_all(done: usize) -> MendedView {
        MendedView { words: words(done, 0), refused: Vec::new() }
    }
}

fn words(done: usize, refused: usize) -> String {
    let records = match done {
        0 => "No record is mended".to_owned(),
        1 => "1 record is mended".to_owned(),
        count => format!("{} records are mended", grouped(count as u64)),
    };
    match refused {
        0 => format!("{records}."),
        1 => format!("{records}, 1 is not:"),
        count => format!("{records}, {} are not:", grouped(count as u64)),
    }
}

fn name(item: &Item) -> String {
    let named = item.opportunity_name.as_ref();
    named.map_or_else(|| format!("Opportunity {}", item.opportunity_id), |name| brief(name, 80))
}

fn line(item: &Item, now: DateTime<Utc>, zone: Tz) -> Vec<Cell> {
    let said = |text: &Option<String>| Cell::text(text.as_ref().map_or_else(|| "—".into(), |text| brief(text, 80)));
    vec![
        Cell::link(name(item), Some(format!("/opportunities/{}/more", item.opportunity_id))),
        said(&item.organisation_name),
        said(&item.system),
        Cell::text(item.reason.clone()),
        Cell::text(item.since.map_or_else(|| "—".into(), |at| moment(at, now, zone))),
        Cell { wrap: true, ..Cell::text(item.remedy.clone()) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_the_chosen_is_told_in_a_sentence() {
        assert_eq!(MendedView::of_all(1).words, "1 record is mended.");
        assert_eq!(words(40, 2), "40 records are mended, 2 are not:");
        assert_eq!(words(0, 1), "No record is mended, 1 is not:");
    }
}
