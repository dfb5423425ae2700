//! One change in words.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::store::ChangeRow;
use super::{ChangeLine, FieldChange};
use crate::opportunities::words::{change_words, field_words, stamp};

/// Letters of a value in a list.
const MOST_LETTERS: usize = 60;

/// A change as people read it, times in the tenant's zone.
pub fn line(change: &ChangeRow, zone: Tz) -> ChangeLine {
    let (what, tone) = change_words(&change.kind);
    let pairs: Vec<_> = change.fields.as_object().into_iter().flatten().collect();
    let has = |name: &str| pairs.iter().any(|(field, _)| *field == name);
    // The name follows the subject, and every change moves the source's own time: neither is news beside another field.
    let (subject, others) = (has("subject"), pairs.len() > 1);
    let told = |field: &str| !(field == "name" && subject || field == "updated_at_rms" && others);
    let fields = pairs.iter().filter(|(field, _)| told(field)).map(|(field, pair)| FieldChange {
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

/// The same for a row of a list: long values are cut, the record's page and the file have the rest.
pub fn brief(change: &ChangeRow, zone: Tz) -> ChangeLine {
    let cut = |text: String| match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    };
    let mut line = line(change, zone);
    for field in &mut line.fields {
        field.before = cut(std::mem::take(&mut field.before));
        field.after = cut(std::mem::take(&mut field.after));
    }
    line
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
