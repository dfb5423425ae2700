//! The reconciliation ready to be shown: the proofs of the mirror, and the lists beside it.

mod lists;
mod proofs;
mod run;

pub use lists::{ListView, MendedView, Offer, Pick};
pub use proofs::{ProofView, standing};
pub use run::RunView;

use chrono::{DateTime, Utc};

use super::Kind;
use super::query::{Query, Wanted};
use super::tally::Tally;
use crate::calendar::zone_or_utc;
use crate::db::TenantTx;
use crate::identity::Caller;
use crate::money::grouped;
use crate::opportunities::Tab;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::{brief, field_words};
use crate::params::Params;

pub const PATH: &str = "/reconciliation";
pub const RUNS: &str = "/reconciliation/mirror";
/// Where the forms of the lists are sent to, with the list's address.
pub const REMEDIES: &str = "/reconciliation/remedies";

/// The screen: the proofs, or one of the lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationView {
    pub tabs: Vec<Tab>,
    pub shown: ShownList,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownList {
    Mirror(ProofView),
    List(Box<ListView>),
}

impl ReconciliationView {
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<ReconciliationView, ListError> {
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let address = Address::parse(search);
        let tally = Tally::read(tx).await?;
        if address.get("type").is_none_or(str::is_empty) {
            Params::parse(search).end()?;
            let proof = ProofView::read(tx, caller, now, zone).await?;
            return Ok(ReconciliationView { tabs: tabs(&tally, None), shown: ShownList::Mirror(proof) });
        }
        let query = Query::read(Params::parse(search))?;
        let list = ListView::read(tx, &query, &address, caller, now).await?;
        Ok(ReconciliationView { tabs: tabs(&tally, Some(&query.wanted)), shown: ShownList::List(Box::new(list)) })
    }
}

/// The proofs, and a tab a list with its length; a system's name tells its lists apart.
fn tabs(tally: &Tally, wanted: Option<&Wanted>) -> Vec<Tab> {
    let proofs = Tab { name: "Mirror".into(), href: PATH.into(), on: wanted.is_none(), removable: None };
    let lists = tally.lists().into_iter().map(|list| {
        let system = list.system.as_deref().map(|system| brief(system, 40));
        let name = match (list.kind, &system) {
            (Kind::Unaugmented, _) => "Nothing added".to_owned(),
            (Kind::MissingIntegration, Some(system)) => format!("Not in {system}"),
            (Kind::StaleIntegrations, Some(system)) => format!("Stale in {system}"),
            (kind, None) => field_words(kind.as_str()),
        };
        let address = Address::default().with("type", list.kind.as_str());
        let address = match &list.system {
            Some(system) => address.with("system", system),
            None => address,
        };
        let on = wanted == Some(&Wanted::One { kind: list.kind, system: list.system.clone() });
        Tab {
            name: format!("{name} {}", grouped(list.count.unsigned_abs())),
            href: address.href(PATH),
            on,
            removable: None,
        }
    });
    std::iter::once(proofs).chain(lists).collect()
}
