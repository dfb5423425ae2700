//! The whole mirror beside the whole source. What a record should look like is worked out here anew, from the contract.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, Utc};
use serde_json::Value;
use sqlx::Row;

use super::{Api, Env, Stand, Tenant};

/// Rows as REST gives them, and the raw texts, by id; records that are gone included.
pub struct Mirror {
    pub rows: BTreeMap<i64, Value>,
    pub raw: BTreeMap<i64, String>,
}

/// A record of the source. A lone surrogate, which is no Unicode, reads as U+FFFD.
pub fn source_record(stand: &Stand, id: i64) -> Value {
    let text = stand.account.raw(id).unwrap().replace(r"\ud83d dinner", r"\ufffd dinner");
    serde_json::from_str(&text).unwrap()
}

/// A moment, however it is written.
pub fn instant(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// 30 days ago to one year ahead, whole days in UTC, or without a date.
pub(super) fn in_scope(record: &Value) -> bool {
    let today = Utc::now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let window = today - Days::new(30)..today + Days::new(366);
    // What is broken is in scope: it must be listed as failed.
    let Some(text) = record["starts_at"].as_str() else { return true };
    text.parse::<DateTime<Utc>>().map_or(true, |at| window.contains(&at))
}

impl Mirror {
    pub async fn read(env: &Env, tenant: &Tenant, api: &Api) -> Mirror {
        let rows = api.all("opportunities", "/api/opportunities?deleted=include&limit=100").await;
        let mut connection = env.connect("backline_reader", &tenant.id).await;
        let raw = sqlx::query("select id, data::text from opportunities").fetch_all(&mut connection).await.unwrap();
        Mirror {
            rows: rows.into_iter().map(|row| (row["id"].as_i64().unwrap(), row)).collect(),
            raw: raw.into_iter().map(|row| (row.get(0), row.get(1))).collect(),
        }
    }

    /// Ids of the records that are not marked as gone.
    pub fn alive(&self) -> Vec<i64> {
        self.rows.iter().filter(|(_, row)| row["deleted_at"].is_null()).map(|(id, _)| *id).collect()
    }

    /// Record by record: none lost, none invented, every column and every byte as the source has it now.
    #[track_caller]
    pub fn assert_equals(&self, stand: &Stand) {
        self.assert_holds(stand, &stand.ids_in_scope());
    }

    /// The same for records of one's own choice.
    #[track_caller]
    pub fn assert_holds(&self, stand: &Stand, ids: &[i64]) {
        let alive = self.alive();
        let lost: Vec<_> = ids.iter().filter(|id| !alive.contains(id)).collect();
        let invented: Vec<_> = alive.iter().filter(|id| !ids.contains(id)).collect();
        assert!(lost.is_empty() && invented.is_empty(), "lost {lost:?}, invented {invented:?}");
        assert!(self.raw.keys().eq(self.rows.keys()), "the list and the table differ");
        for id in ids {
            assert_eq!(self.raw[id], stand.account.raw(*id).unwrap(), "raw record {id}");
            same(&self.rows[id], &source_record(stand, *id));
        }
    }
}

#[track_caller]
fn same(row: &Value, source: &Value) {
    let id = &source["id"];
    assert_eq!(row["id"], *id);
    let text = |value: &Value| value.as_str().map(|text| text.replace('\0', "\u{fffd}"));
    let nested = |key: &str| text(&source[key]["name"]);
    for (column, expected) in [
        ("subject", text(&source["subject"])),
        ("opportunity_status", text(&source["status_name"]).or_else(|| text(&source["state_name"]))),
        ("organisation_name", nested("member")),
        ("owner_name", nested("owner")),
        ("venue_name", nested("venue")),
    ] {
        assert_eq!(text(&row[column]), expected, "{column} of {id}");
    }
    let number = text(&source["number"]).filter(|number| !number.is_empty());
    let name = text(&source["subject"]).filter(|subject| !subject.is_empty()).or(number);
    assert_eq!(text(&row["name"]), Some(name.unwrap_or_else(|| format!("Opportunity {id}"))));
    for (column, key) in [
        ("starts_at", "starts_at"),
        ("ends_at", "ends_at"),
        ("created_at_rms", "created_at"),
        ("updated_at_rms", "updated_at"),
    ] {
        assert_eq!(instant(&row[column]), instant(&source[key]), "{column} of {id}");
    }
    for (column, key) in
        [("state", "state"), ("status", "status"), ("organisation_id", "member_id"), ("owner_id", "owned_by")]
    {
        assert_eq!(row[column], source[key], "{column} of {id}");
    }
    for (column, key) in [
        ("charge_total", "charge_total"),
        ("total_value", "charge_including_tax_total"),
        ("provisional_cost_total", "provisional_cost_total"),
        ("predicted_cost_total", "predicted_cost_total"),
        ("actual_cost_total", "actual_cost_total"),
    ] {
        assert_eq!(row[column].as_str().map(str::to_owned), amount(&source[key]), "{column} of {id}");
    }
}

/// Two decimals, whether the source wrote a text or a number.
fn amount(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    Some(format!("{whole}.{cents:0<2}"))
}
