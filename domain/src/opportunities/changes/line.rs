//! One change in words.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::store::ChangeRow;
use super::{ChangeLine, FieldChange};
use crate::opportunities::words::{change_words, field_words, stamp};

/// A change as people read it, times in the tenant's zone.
pub fn line(change: &ChangeRow, zone: Tz) -> ChangeLine {
    let (what, tone) = change_words(&change.kind);
    let fields = change.fields.as_object().into_iter().flatten().map(|(field, pair)| FieldChange {
        field: field_words(field),
        before: shown(field, pair.get(0), zone),
        after: shown(field, pair.get(1), zone),
    });
    ChangeLine {
        when: stamp(Some(change.changed_at), zone),
        what: what.into(),
        tone,
        source: match (change.source.as_str(), change.run_id) {
            ("sync", Some(run)) => format!("sync {run}"),
            ("single", _) => "read again".into(),
            (source, _) => source.into(),
        },
        fields: fields.collect(),
    }
}

fn shown(field: &str, value: Option<&Value>, zone: Tz) -> String {
    match value {
        None | Some(Value::Null) => "—".to_owned(),
        Some(Value::String(text)) => match text.parse::<DateTime<Utc>>() {
            Ok(at) if field.ends_with("_at") || field.ends_with("_at_rms") => stamp(Some(at), zone),
            _ => text.clone(),
        },
        Some(other) => other.to_string(),
    }
}
