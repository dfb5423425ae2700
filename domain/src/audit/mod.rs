//! What people, keys, rules and settings change leaves a row, written in the change's own transaction.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::db::TenantTx;
use crate::identity::{Caller, Principal};

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub kind: &'static str,
    pub id: Option<Uuid>,
    pub name: &'a str,
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        match &caller.principal {
            Principal::Person { id, .. } => By { kind: "person", id: Some(id.0), name: &caller.name },
            Principal::Key { id, .. } => By { kind: "key", id: Some(*id), name: &caller.name },
        }
    }
}

impl<'a> By<'a> {
    /// A rule, by its name.
    pub const fn rule(name: &'a str) -> Self {
        By { kind: "system", id: None, name }
    }
}

impl By<'static> {
    /// The operator at the command line, or Backline itself.
    pub const fn system(name: &'static str) -> Self {
        By { kind: "system", id: None, name }
    }
}

/// Through which door it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Screen,
    Api,
    Sync,
    /// What a rule did.
    Rule,
    CommandLine,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Source::Screen => "screen",
            Source::Api => "api",
            Source::Sync => "sync",
            Source::Rule => "rule",
            Source::CommandLine => "command line",
        }
    }
}

/// One change. `before` and `after` hold the changed fields only, and never a secret.
pub struct Entry<'a> {
    pub actor: By<'a>,
    pub source: Source,
    pub request_id: Option<&'a str>,
    /// Type and id: `("run", "12")`.
    pub entity: (&'a str, &'a str),
    pub action: &'a str,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Writes the row into the change's own transaction: both happen or neither.
pub async fn record(tx: &mut TenantTx, entry: &Entry<'_>) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into audit_log (tenant_id, actor_kind, actor_id, actor_name, source, request_id, entity_type, entity_id, action, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tenant,
        entry.actor.kind,
        entry.actor.id,
        entry.actor.name,
        entry.source.as_str(),
        entry.request_id,
        entry.entity.0,
        entry.entity.1,
        entry.action,
        entry.before.clone(),
        entry.after.clone(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes a row for each of many entities of one kind that one act made: `(id, after)`.
pub async fn record_many(tx: &mut TenantTx, entry: &Entry<'_>, made: &[(String, Value)]) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    let (ids, after): (Vec<String>, Vec<Value>) = made.iter().cloned().unzip();
    sqlx::query!(
        "insert into audit_log (tenant_id, actor_kind, actor_id, actor_name, source, request_id, entity_type, entity_id, action, after)
         select $1, $2, $3, $4, $5, $6, $7, m.id, $8, m.after from unnest($9::text[], $10::jsonb[]) m (id, after)",
        tenant,
        entry.actor.kind,
        entry.actor.id,
        entry.actor.name,
        entry.source.as_str(),
        entry.request_id,
        entry.entity.0,
        entry.action,
        &ids,
        &after,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The fields that a change made different, as they were and as they are; of a new record those that hold something.
pub fn difference(before: Option<Map<String, Value>>, after: Map<String, Value>) -> (Option<Value>, Value) {
    let Some(before) = before else {
        return (None, Value::Object(after.into_iter().filter(|(_, value)| !is_empty(value)).collect()));
    };
    let (mut old, mut new) = (Map::new(), Map::new());
    for (name, value) in after {
        let was = before.get(&name).cloned().unwrap_or_default();
        if was != value {
            old.insert(name.clone(), was);
            new.insert(name, value);
        }
    }
    (Some(Value::Object(old)), Value::Object(new))
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let fields = |value: Value| value.as_object().cloned().unwrap();
        let (before, after) =
            difference(Some(fields(json!({"a": 1, "b": null}))), fields(json!({"a": 1, "b": "x", "c": {}})));
        assert_eq!((before, after), (Some(json!({"b": null, "c": null})), json!({"b": "x", "c": {}})));
        assert_eq!(difference(None, fields(json!({"a": 1, "b": null, "c": {}}))), (None, json!({"a": 1})));
    }
}
