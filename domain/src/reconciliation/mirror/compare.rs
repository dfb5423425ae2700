//! A record of the mirror beside the same one of the source, field by field: its columns, and the text that they were read from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::db::{QueryError, TenantTx};
use crate::money::Money;
use crate::opportunities::record::Record;
use crate::opportunities::scalar::mend_surrogates;

/// Keys of a record's text that are told.
const MOST: usize = 50;
/// Characters of a value that are told.
const LONGEST: usize = 300;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    /// A column; `data.KEY` for a part of the record's text that no column holds.
    pub field: String,
    pub here: Value,
    pub there: Value,
}

/// What the mirror has of a record.
pub(super) struct Mirrored {
    pub id: i64,
    pub name: String,
    pub deleted: bool,
    subject: Option<String>,
    description: Option<String>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    opportunity_status: Option<String>,
    state: Option<i32>,
    status: Option<i32>,
    created_at_rms: Option<DateTime<Utc>>,
    updated_at_rms: Option<DateTime<Utc>>,
    venue_name: Option<String>,
    organisation_id: Option<i64>,
    organisation_name: Option<String>,
    owner_id: Option<i64>,
    owner_name: Option<String>,
    charge_total: Option<Money>,
    total_value: Option<Money>,
    provisional_cost_total: Option<Money>,
    predicted_cost_total: Option<Money>,
    actual_cost_total: Option<Money>,
    digest: Vec<u8>,
    raw: String,
}

/// The mirror's rows of these ids, those marked as gone too.
pub(super) async fn mirrored(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Mirrored>, QueryError> {
    let tenant = tx.tenant();
    sqlx::query_as!(
        Mirrored,
        r#"select o.id as "id!", o.name as "name!", o.deleted as "deleted!", o.subject, o.description, o.starts_at, o.ends_at, o.opportunity_status,
            o.state, o.status, o.created_at_rms, o.updated_at_rms, o.venue_name, o.organisation_id, o.organisation_name, o.owner_id,
            o.owner_name, o.charge_total as "charge_total: Money", o.total_value as "total_value: Money",
            o.provisional_cost_total as "provisional_cost_total: Money", o.predicted_cost_total as "predicted_cost_total: Money",
            o.actual_cost_total as "actual_cost_total: Money", o.digest as "digest!", o.raw as "raw!"
           from unnest($2::bigint[]) i (id), lateral (
               select *, deleted_at is not null as deleted, data::text as raw from opportunities
               where tenant_id = (select $1::uuid) and id = i.id) o"#,
        tenant,
        ids
    )
    .fetch_all(tx.connection())
    .await
}

macro_rules! compare {
    ($here:expr, $there:expr, $($field:ident)*) => {{
        let mut fields = Vec::new();
        $(if $here.$field != $there.$field {
            fields.push(FieldDifference {
                field: stringify!($field).into(), here: json!($here.$field), there: json!($there.$field),
            });
        })*
        fields
    }};
}

/// What differs; nothing when the mirror is true.
pub(super) fn differences(here: &Mirrored, there: &Record) -> Vec<FieldDifference> {
    let mut fields = compare!(here, there,
        name subject description starts_at ends_at opportunity_status state status created_at_rms updated_at_rms venue_name
        organisation_id organisation_name owner_id owner_name charge_total total_value provisional_cost_total
        predicted_cost_total actual_cost_total);
    if here.raw != there.raw {
        fields.extend(of_text(&here.raw, &there.raw, !fields.is_empty()));
    } else if here.digest != there.digest || Sha256::digest(here.raw.as_bytes()).as_slice() != here.digest {
        // What later syncs compare by.
        fields.push(FieldDifference { field: "digest".into(), here: Value::Null, there: Value::Null });
    }
    fields
}

/// The keys of two texts whose values differ; columns that are told already stand for theirs.
fn of_text(here: &str, there: &str, told: bool) -> Vec<FieldDifference> {
    let (ours, theirs) = (mend_surrogates(here), mend_surrogates(there));
    let (Some(ours), Some(theirs)) = (keys(&ours), keys(&theirs)) else {
        let text = |text: &str| json!(brief(text));
        return vec![FieldDifference { field: "data".into(), here: text(here), there: text(there) }];
    };
    let value = |raw: Option<&&RawValue>| raw.map_or(Value::Null, |raw| json!(brief(raw.get())));
    let names: std::collections::BTreeSet<&Cow<'_, str>> = ours.keys().chain(theirs.keys()).collect();
    let differing =
        names.into_iter().filter(|name| ours.get(*name).map(|raw| raw.get()) != theirs.get(*name).map(|raw| raw.get()));
    let fields: Vec<FieldDifference> = differing
        .take(MOST)
        .map(|name| FieldDifference {
            field: format!("data.{}", brief(name)),
            here: value(ours.get(name)),
            there: value(theirs.get(name)),
        })
        .collect();
    // Only blanks or the order of keys differ.
    if fields.is_empty() && !told {
        return vec![FieldDifference { field: "data".into(), here: Value::Null, there: Value::Null }];
    }
    fields
}

fn keys(text: &str) -> Option<BTreeMap<Cow<'_, str>, &RawValue>> {
    serde_json::from_str(text).ok()
}

/// U+0000 is in no JSON that the database holds.
fn brief(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        Record::read(serde_json::from_str::<&RawValue>(text).unwrap()).unwrap()
    }

    fn mirrored(record: &Record) -> Mirrored {
        let r = record.clone();
        Mirrored {
            id: r.id,
            name: r.name,
            deleted: false,
            subject: r.subject,
            description: r.description,
            starts_at: r.starts_at,
            ends_at: r.ends_at,
            opportunity_status: r.opportunity_status,
            state: r.state,
            status: r.status,
            created_at_rms: r.created_at_rms,
            updated_at_rms: r.updated_at_rms,
            venue_name: r.venue_name,
            organisation_id: r.organisation_id,
            organisation_name: r.organisation_name,
            owner_id: r.owner_id,
            owner_name: r.owner_name,
            charge_total: r.charge_total,
            total_value: r.total_value,
            provisional_cost_total: r.provisional_cost_total,
            predicted_cost_total: r.predicted_cost_total,
            actual_cost_total: r.actual_cost_total,
            digest: r.digest.to_vec(),
            raw: r.raw,
        }
    }

    const TEXT: &str = r#"{"id":7,"subject":"Gala","charge_total":"100.0","custom_fields":{"a":1}}"#;

    fn fields(here: &Mirrored, there: &Record) -> Vec<String> {
        differences(here, there).into_iter().map(|of| of.field).collect()
    }

    #[test]
    fn a_true_copy_differs_in_nothing() {
        let there = record(TEXT);
        assert_eq!(differences(&mirrored(&there), &there), []);
    }

    #[test]
    fn a_column_a_text_and_a_digest_that_were_changed_here_are_told() {
        let there = record(TEXT);
        let mut here = mirrored(&there);
        here.charge_total = Some(Money::from_minor(10_001));
        let told = differences(&here, &there);
        assert_eq!(
            told,
            [FieldDifference { field: "charge_total".into(), here: json!("100.01"), there: json!("100.00") }]
        );
        let mut here = mirrored(&there);
        here.raw = here.raw.replace("\"a\":1", "\"a\":2");
        assert_eq!(fields(&here, &there), ["data.custom_fields"]);
        here.raw = TEXT.replace(',', ", ");
        assert_eq!(fields(&here, &there), ["data"]);
        let mut here = mirrored(&there);
        here.digest = vec![0; 32];
        assert_eq!(fields(&here, &there), ["digest"]);
    }

    #[test]
    fn what_changed_there_is_told_with_both_sides() {
        let (old, new) = (record(TEXT), record(r#"{"id":7,"subject":"Gála","charge_total":"100.0","note":"\u0000"}"#));
        let told = differences(&mirrored(&old), &new);
        let names: Vec<&str> = told.iter().map(|of| of.field.as_str()).collect();
        assert_eq!(names, ["name", "subject", "data.custom_fields", "data.note", "data.subject"]);
        assert_eq!((&told[1].here, &told[1].there), (&json!("Gala"), &json!("Gála")));
        assert_eq!(told[3].there, json!("\"\\u0000\""));
    }
}
