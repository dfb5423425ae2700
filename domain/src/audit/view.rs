//! The audit log ready to be shown: lines with what changed field by field, each leading to all of its person and of its record.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::Source;
use super::trail::{self, MOST, TrailFilter, TrailRow};
use super::verify::{self, Verdict};
use crate::calendar::{moment, zone_or_utc};
use crate::dashboard::Tone;
use crate::db::TenantTx;
use crate::identity::{Caller, Permission};
use crate::money::grouped;
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::{brief, field_words};
use crate::opportunities::{Cell, Chip, Choice, FieldChange, Head, Sheet};
use crate::pager::Pager;
use crate::params::Params;

pub const PATH: &str = "/audit";

/// Letters of a value; the file has all of it.
const MOST_OF_VALUE: usize = 120;
/// Fields of a line.
const MOST_FIELDS: usize = 12;

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditView {
    pub fields: AuditFields,
    pub sheet: Sheet,
    /// The address of the check; none for who may not have it made.
    pub check: Option<String>,
    pub checked: Option<Checked>,
}

/// What the form above the list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFields {
    pub actor: String,
    pub entity_id: String,
    pub opportunity: String,
    pub from: String,
    pub to: String,
    pub types: Vec<Choice>,
    pub actions: Vec<Choice>,
    pub sources: Vec<Choice>,
}

/// What a check found, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub tone: Tone,
    pub words: String,
    pub findings: Vec<String>,
    /// The end of the chain, to be noted elsewhere.
    pub head: Option<String>,
}

impl AuditView {
    /// Reads the list that an address asks for, and has the log checked where it asks for that too.
    pub async fn read(
        tx: &mut TenantTx,
        search: &str,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<AuditView, ListError> {
        let mut params = Params::parse(search);
        let (page, limit) = params.page()?;
        let check = params.text("verify")?.is_some() && caller.may(Permission::Administer);
        let filter = TrailFilter::take(&mut params, &caller.tenant_view.timezone)?;
        params.end()?;
        let zone = zone_or_utc(&caller.tenant_view.timezone);
        let address = Address::parse(search).without(&["verify"]);
        let found = trail::count(tx, &filter).await?;
        let total = found.min(MOST);
        let page = page.min(Pager::last(total, limit));
        let rows = trail::get_audit_trail(tx, &filter, page, limit).await?;
        let (actions, types) = trail::words(tx).await?;
        let checked = if check { Some(checked(&verify::verify(tx, None).await?)) } else { None };
        let more = if found > MOST { "more than " } else { "" };
        Ok(AuditView {
            fields: fields(&address, actions, types),
            check: caller
                .may(Permission::Administer)
                .then(|| address.without(&["page"]).with("verify", "1").href(PATH)),
            checked,
            sheet: Sheet {
                chips: chips(&address),
                heads: ["When", "Who", "Did", "To", "Through", "Before and after", "Place"].map(Head::fixed).into(),
                rows: rows.iter().map(|row| line(row, now, zone)).collect(),
                summary: format!(
                    "{more}{} {}",
                    grouped(total.unsigned_abs()),
                    if total == 1 { "change" } else { "changes" }
                ),
                pager: Pager::new(page, limit, total, &address, PATH),
                csv: address.without(&["page", "limit"]).href("/api/audit.csv"),
                xlsx: String::new(),
                fresh: format!("read {}", now.with_timezone(&zone).format("%H:%M:%S")),
            },
        })
    }
}

fn fields(address: &Address, actions: Vec<String>, types: Vec<String>) -> AuditFields {
    let text = |name: &str| address.get(name).unwrap_or_default().to_owned();
    let choices = |name: &str, mut words: Vec<String>| {
        let chosen = text(name);
        if !chosen.is_empty() && !words.contains(&chosen) {
            words.push(chosen.clone());
        }
        words
            .into_iter()
            .map(|word| Choice { label: field_words(&word), chosen: word == chosen, value: word })
            .collect()
    };
    AuditFields {
        actor: text("actor"),
        entity_id: text("entityId"),
        opportunity: text("opportunity"),
        from: text("from"),
        to: text("to"),
        types: choices("entityType", types),
        actions: choices("action", actions),
        sources: choices("source", Source::WORDS.map(str::to_owned).into()),
    }
}

fn chips(address: &Address) -> Vec<Chip> {
    let names = [
        ("Record", "entityType"),
        ("Id", "entityId"),
        ("Opportunity", "opportunity"),
        ("Who", "actor"),
        ("Did", "action"),
        ("Through", "source"),
        ("From", "from"),
        ("To", "to"),
    ];
    let chip = |(label, name): (&str, &str)| {
        let value = brief(address.get(name)?, 60);
        // Without its type an id names nothing.
        let with: &[&str] = if name == "entityType" { &["entityType", "entityId", "page"] } else { &[name, "page"] };
        Some(Chip { label: label.into(), value, href: address.without(with).href(PATH) })
    };
    names.into_iter().filter_map(chip).collect()
}

fn line(row: &TrailRow, now: DateTime<Utc>, zone: Tz) -> Vec<Cell> {
    let whose = row.actor.id.map_or_else(|| row.actor.name.clone(), |id| id.to_string());
    let of_actor = Address::default().with("actor", &whose).href(PATH);
    let of_record = Address::default().with("entityType", &row.entity_type).with("entityId", &row.entity_id).href(PATH);
    let who = Cell {
        note: (row.actor.kind != "person").then(|| row.actor.kind.clone()),
        ..Cell::link(brief(&row.actor.name, 60), Some(of_actor))
    };
    let record = format!("{} {}", field_words(&row.entity_type), brief(&row.entity_id, 40));
    vec![
        Cell::text(moment(row.timestamp, now, zone)),
        who,
        Cell::text(field_words(&row.action)),
        Cell { note: belongs(row), ..Cell::link(record.trim().to_owned(), Some(of_record)) },
        Cell::text(field_words(&row.source)),
        Cell { wrap: true, fields: changes(row), ..Cell::text("—") },
        Cell {
            number: true,
            ..Cell::text(row.number.map_or_else(|| "waits".into(), |number| grouped(number.unsigned_abs())))
        },
    ]
}

/// Of which opportunity it is, where that is not its own id.
fn belongs(row: &TrailRow) -> Option<String> {
    let told = |side: &Option<Value>| side.as_ref()?.get("opportunity_id")?.as_i64();
    let id = told(&row.after).or_else(|| told(&row.before))?;
    Some(format!("of opportunity {id}"))
}

/// What changed, field by field; a value that is no object is one field. What is the same on both sides says whose it is.
fn changes(row: &TrailRow) -> Vec<FieldChange> {
    let side = |value: &Option<Value>| match value {
        None => Map::new(),
        Some(Value::Object(fields)) => fields.clone(),
        Some(other) => Map::from_iter([("value".to_owned(), other.clone())]),
    };
    let (before, after) = (side(&row.before), side(&row.after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let said = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "—".to_owned(),
        Some(Value::String(text)) => brief(text, MOST_OF_VALUE),
        Some(other) => brief(&other.to_string(), MOST_OF_VALUE),
    };
    let change = |name: &String| FieldChange {
        field: field_words(&brief(name, 60)),
        before: said(before.get(name)),
        after: said(after.get(name)),
    };
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    names.into_iter().filter(differs).take(MOST_FIELDS).map(change).collect()
}

fn checked(verdict: &Verdict) -> Checked {
    let rows = |count: i64| format!("{} {}", grouped(count.unsigned_abs()), if count == 1 { "row" } else { "rows" });
    let waits = match verdict.unsealed {
        0 => String::new(),
        count => {
            format!(" {} not sealed yet.", if count == 1 { "1 row is".into() } else { format!("{} are", rows(count)) })
        }
    };
    let (tone, words) = match verdict.found {
        0 => (Tone::Ok, format!("The log is as it was written: {} sealed.{waits}", rows(verdict.sealed))),
        1 => (Tone::Bad, "One thing is not as it was written.".into()),
        found => (Tone::Bad, format!("{} things are not as they were written.", grouped(found))),
    };
    Checked {
        tone,
        words,
        findings: verdict.findings.iter().map(ToString::to_string).collect(),
        head: verdict.head.as_ref().map(|head| format!("{}:{}", head.number, head.hash)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::audit::trail::TrailActor;

    fn row() -> TrailRow {
        TrailRow {
            id: 7,
            timestamp: "2026-11-21T11:00:00Z".parse().unwrap(),
            actor: TrailActor { kind: "key".into(), id: Some(uuid::Uuid::nil()), name: "Till".into() },
            source: "command line".into(),
            request_id: None,
            entity_type: "api key".into(),
            entity_id: "a b&c".into(),
            action: "set role".into(),
            before: Some(json!({"role": "rep", "gone": [1]})),
            after: Some(json!({"role": "admin", "name": "x".repeat(500)})),
            number: None,
        }
    }

    #[test]
    fn a_line_leads_to_all_of_its_person_and_of_its_record() {
        let cells = line(&row(), "2026-11-21T12:00:00Z".parse().unwrap(), Tz::UTC);
        assert_eq!(cells[1].href.as_deref(), Some("/audit?actor=00000000-0000-0000-0000-000000000000"));
        assert_eq!((cells[1].text.as_str(), cells[1].note.as_deref()), ("Till", Some("key")));
        assert_eq!(cells[3].href.as_deref(), Some("/audit?entityType=api+key&entityId=a+b%26c"));
        assert_eq!((cells[4].text.as_str(), cells[6].text.as_str()), ("Command line", "waits"));
    }

    #[test]
    fn what_changed_is_told_field_by_field_and_cut() {
        let fields = changes(&row());
        let told: Vec<(&str, &str, &str)> = fields
            .iter()
            .map(|of| (of.field.as_str(), of.before.as_str(), &of.after[..of.after.len().min(5)]))
            .collect();
        assert_eq!(told, [("Gone", "[1]", "—"), ("Name", "—", "xxxxx"), ("Role", "rep", "admin")]);
        assert!(fields[1].after.chars().count() <= MOST_OF_VALUE + 1);
    }

    #[test]
    fn whose_it_is_stands_beside_the_record_and_is_no_change() {
        let of = |before: Value, after: Value| TrailRow { before: Some(before), after: Some(after), ..row() };
        let row = of(json!({"step": "Plan", "opportunity_id": 101}), json!({"step": "Pack", "opportunity_id": 101}));
        let cells = line(&row, "2026-11-21T12:00:00Z".parse().unwrap(), Tz::UTC);
        assert_eq!(cells[3].note.as_deref(), Some("of opportunity 101"));
        assert_eq!(cells[5].fields.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["Step"]);
    }

    #[test]
    fn a_check_says_what_it_found() {
        let sound = Verdict { sealed: 1204, unsealed: 1, ..Verdict::default() };
        assert_eq!(checked(&sound).words, "The log is as it was written: 1,204 rows sealed. 1 row is not sealed yet.");
        let broken = Verdict { found: 2, ..Verdict::default() };
        assert_eq!(
            (checked(&broken).tone, checked(&broken).words.as_str()),
            (Tone::Bad, "2 things are not as they were written.")
        );
    }
}
