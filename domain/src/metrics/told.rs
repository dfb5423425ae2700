//! What answers tell of fields and records, in JSON.

use serde_json::{Map, Value as Json, json};

use super::catalogue::{Entity, Field};
use super::run::Record;

/// The catalogue: everything that a formula may speak of, with the questions that can be asked of it.
pub fn entities() -> Json {
    let entity = |entity: Entity| {
        let fields: Json = entity.fields().iter().map(field).collect();
        json!({"entity": entity.as_str(), "label": entity.plural(), "fields": fields})
    };
    Entity::ALL.into_iter().map(entity).collect()
}

fn field(field: &Field) -> Json {
    let operators = field
        .kind
        .ops()
        .iter()
        .map(|op| json!({"op": op.as_str(), "words": op.words(field.kind), "takesEmpty": op.takes_empty()}));
    json!({
        "code": field.code,
        "label": field.label,
        "type": field.kind.as_str(),
        "unit": field.unit,
        "nullable": field.nullable,
        "description": field.description,
        "example": field.example,
        "words": field.words.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
        "operators": operators.collect::<Json>(),
    })
}

/// The heads of a list of records.
pub fn columns(fields: &[&'static Field]) -> Json {
    let column = |field: &&Field| json!({"code": field.code, "label": field.label, "type": field.kind.as_str(), "unit": field.unit});
    fields.iter().map(column).collect()
}

/// Records with what is listed of each, by the codes of the fields.
pub fn records(fields: &[&'static Field], records: &[Record]) -> Json {
    let record = |record: &Record| {
        let mut told = Map::new();
        told.insert("id".into(), json!(record.id));
        for (field, value) in fields.iter().zip(&record.values) {
            told.insert(field.code.into(), value.as_ref().map_or(Json::Null, |value| value.to_json(field)));
        }
        Json::Object(told)
    };
    records.iter().map(record).collect()
}
