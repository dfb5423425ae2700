//! One comparison and what it found.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::RUNS;
use super::proofs::{standing, state};
use crate::calendar::{moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::brief;
use crate::opportunities::{Cell, FieldChange, Head};
use crate::pager::Pager;
use crate::params::Params;
use crate::reconciliation::mirror::{MirrorItem, MirrorStatus, store};

/// Letters of a value; REST has more.
const MOST_OF_VALUE: usize = 120;

/// One run and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    pub id: i64,
    pub words: String,
    pub tone: Tone,
    pub error: Option<String>,
    pub under_way: bool,
    /// Records that somebody who may can have repaired.
    pub open: i64,
    pub heads: Vec<Head>,
    pub items: Vec<Vec<Cell>>,
    pub pager: Pager,
}

impl RunView {
    /// A run and a page of what it found; none for an unknown one.
    pub async fn read(
        tx: &mut TenantTx,
        id: i64,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Option<RunView>, ListError> {
        let mut params = Params::parse(search);
        let (page, limit) = params.page()?;
        params.end()?;
        let Some(run) = store::find(tx, id).await? else { return Ok(None) };
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let total = i64::from(run.counts.all());
        let page = page.min(Pager::last(total, limit));
        let items = store::items(tx, id, page, limit).await?;
        let (word, tone) = state(&run);
        let words = match run.status {
            MirrorStatus::Completed => standing(Some(&run), now, zone).1,
            _ => format!("{word}, begun at {}.", moment(run.started_at, now, zone)),
        };
        let may = caller.may(Permission::RunSync) && run.status == MirrorStatus::Completed;
        Ok(Some(RunView {
            id,
            words,
            tone,
            error: run.error.clone(),
            under_way: run.status == MirrorStatus::Running,
            open: if may { total - run.repaired } else { 0 },
            heads: ["Opportunity", "Difference", "Here and there", "Repair"].map(Head::fixed).into(),
            items: items.iter().map(item_line).collect(),
            pager: Pager::new(page, limit, total, &Address::parse(search), &format!("{RUNS}/{id}")),
        }))
    }
}

fn item_line(item: &MirrorItem) -> Vec<Cell> {
    let (difference, tone) = match item.kind.as_str() {
        "missing" => ("Missing here", Tone::Warn),
        "gone" => ("Gone there", Tone::Warn),
        _ => ("Altered", Tone::Info),
    };
    let (repair, repair_tone) = match item.state.as_str() {
        "repaired" => ("Repaired", Some(Tone::Ok)),
        "failed" => ("Failed", Some(Tone::Bad)),
        _ => ("—", None),
    };
    let name = item
        .opportunity_name
        .as_ref()
        .map_or_else(|| format!("Opportunity {}", item.opportunity_id), |name| brief(name, 80));
    vec![
        Cell::link(name, Some(format!("/opportunities/{}", item.opportunity_id))),
        Cell { tone: Some(tone), ..Cell::text(difference) },
        Cell { wrap: true, fields: fields(&item.fields), ..Cell::text("—") },
        Cell { tone: repair_tone, note: item.error.as_ref().map(|error| brief(error, 120)), ..Cell::text(repair) },
    ]
}

fn fields(differences: &Value) -> Vec<FieldChange> {
    let said = |value: &Value| match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => brief(text, MOST_OF_VALUE),
        other => brief(&other.to_string(), MOST_OF_VALUE),
    };
    let of = |difference: &Value| FieldChange {
        field: difference["field"].as_str().unwrap_or_default().into(),
        before: said(&difference["here"]),
        after: said(&difference["there"]),
    };
    differences.as_array().map(|all| all.iter().map(of).collect()).unwrap_or_default()
}
