//! What admins change: rules are made, changed, moved and removed, each with its row in the audit.

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::action::{self, Action};
use super::shape::Shape;
use super::signature::Secret;
use super::trigger::Trigger;
use super::{Rule, RuleError, condition, secret, store};
use crate::db::TenantTx;
use crate::identity::Change;
use crate::params::Fault;
use crate::services::Services;
use crate::sync::public_address;

/// Rules of a tenant.
pub const MOST: i64 = 200;
const LONGEST_NAME: usize = 100;

/// What is to be set; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub name: Option<String>,
    pub enabled: Option<bool>,
    /// From 1; beyond the last is the last.
    pub order: Option<i32>,
    pub trigger: Option<Trigger>,
    /// Read once the trigger is known.
    pub conditions: Option<Value>,
    pub actions: Option<Vec<Action>>,
    /// The version that was looked at: another one now is a conflict.
    pub expected_version: Option<i32>,
}

/// A rule that was made or changed, and its secret if that is new: it is never shown again.
pub struct Made {
    pub rule: Rule,
    pub secret: Option<Secret>,
}

impl Draft {
    /// Reads a body.
    pub fn read(body: Value) -> Result<Draft, Fault> {
        let mut shape = Shape::of("", body)?;
        let draft = Draft {
            name: shape.text("name", LONGEST_NAME)?,
            enabled: shape.flag("enabled")?,
            order: whole(&mut shape, "order", i32::try_from(MOST).unwrap_or(i32::MAX))?,
            trigger: shape.take("trigger").map(Trigger::read).transpose()?,
            conditions: shape.take("conditions"),
            actions: shape.take("actions").map(action::read_all).transpose()?,
            expected_version: whole(&mut shape, "expectedVersion", i32::MAX)?,
        };
        shape.end()?;
        Ok(draft)
    }
}

fn whole(shape: &mut Shape, field: &str, most: i32) -> Result<Option<i32>, Fault> {
    let Some(value) = shape.take(field) else { return Ok(None) };
    let number = value.as_i64().and_then(|number| i32::try_from(number).ok()).filter(|n| (1..=most).contains(n));
    number.map(Some).ok_or_else(|| shape.fault(field, format!("expected a whole number from 1 to {most}")))
}

/// Makes a rule, the last unless it says otherwise.
pub async fn create(services: &Services, change: &Change<'_>, draft: Draft) -> Result<Made, RuleError> {
    let name = draft.name.ok_or_else(|| Fault::new("name", "is missing"))?;
    let trigger = draft.trigger.ok_or_else(|| Fault::new("trigger", "is missing"))?;
    let actions = draft.actions.ok_or_else(|| Fault::new("actions", "is missing"))?;
    let conditions = condition::read_all(draft.conditions.unwrap_or_else(|| json!([])), &trigger)?;
    fit(&trigger, &actions)?;
    check_receivers(services, &actions).await?;
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let before = store::lock(&mut tx).await?;
    if i64::try_from(before.len()).is_ok_and(|count| count >= MOST) {
        return Err(RuleError::TooMany(MOST));
    }
    let last = i32::try_from(before.len()).unwrap_or(i32::MAX).saturating_add(1);
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "insert into rules (tenant_id, name, enabled, position, trigger, conditions, actions)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        tenant,
        name,
        draft.enabled.unwrap_or(true),
        last,
        trigger.to_value(),
        Value::from_iter(conditions.iter().map(condition::Condition::to_value)),
        Value::from_iter(actions.iter().map(Action::to_value))
    )
    .fetch_one(tx.connection())
    .await?;
    place(&mut tx, before, id, draft.order.unwrap_or(last)).await?;
    let secret = make_secret(&mut tx, services, id, &actions).await?;
    let rule = store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    let after = Value::Object(fields(&rule));
    change.record(&mut tx, ("rule", &id.to_string()), "create", None, Some(after)).await?;
    tx.commit().await?;
    Ok(Made { rule, secret })
}

/// Changes a rule; what is set as it is already is no change.
pub async fn change(services: &Services, change: &Change<'_>, id: i64, draft: Draft) -> Result<Made, RuleError> {
    if let Some(actions) = &draft.actions {
        check_receivers(services, actions).await?;
    }
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let order = store::lock(&mut tx).await?;
    let before = store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    if draft.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(RuleError::Changed(before.version));
    }
    let trigger = draft.trigger.unwrap_or_else(|| before.trigger.clone());
    // Another trigger may not know the fields that the conditions ask for.
    let kept = || Value::from_iter(before.conditions.iter().map(condition::Condition::to_value));
    let conditions = condition::read_all(draft.conditions.unwrap_or_else(kept), &trigger)?;
    let actions = draft.actions.unwrap_or_else(|| before.actions.clone());
    fit(&trigger, &actions)?;
    let tenant = tx.tenant();
    sqlx::query!(
        "update rules set name = $3, enabled = $4, trigger = $5, conditions = $6, actions = $7 where tenant_id = $1 and id = $2",
        tenant,
        id,
        draft.name.as_deref().unwrap_or(&before.name),
        draft.enabled.unwrap_or(before.enabled),
        trigger.to_value(),
        Value::from_iter(conditions.iter().map(condition::Condition::to_value)),
        Value::from_iter(actions.iter().map(Action::to_value))
    )
    .execute(tx.connection())
    .await?;
    if let Some(to) = draft.order {
        place(&mut tx, order, id, to).await?;
    }
    let after = store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    let (old, new) = differing(fields(&before), fields(&after));
    if new.is_empty() {
        return Ok(Made { rule: before, secret: None });
    }
    sqlx::query!(
        "update rules set version = version + 1, updated_at = now() where tenant_id = $1 and id = $2",
        tenant,
        id
    )
    .execute(tx.connection())
    .await?;
    let secret = make_secret(&mut tx, services, id, &actions).await?;
    let rule = store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    let (old, new) = (Some(Value::Object(old)), Some(Value::Object(new)));
    change.record(&mut tx, ("rule", &id.to_string()), "change", old, new).await?;
    tx.commit().await?;
    Ok(Made { rule, secret })
}

/// Removes a rule. What it still had to do is not done any more.
pub async fn remove(services: &Services, change: &Change<'_>, id: i64) -> Result<(), RuleError> {
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    let mut order = store::lock(&mut tx).await?;
    let before = store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    let tenant = tx.tenant();
    sqlx::query!("delete from rules where tenant_id = $1 and id = $2", tenant, id).execute(tx.connection()).await?;
    order.retain(|other| *other != id);
    write_order(&mut tx, &order).await?;
    let before = Value::Object(fields(&before));
    change.record(&mut tx, ("rule", &id.to_string()), "remove", Some(before), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a rule a new signing secret; the one before signs along for a day.
pub async fn new_secret(services: &Services, change: &Change<'_>, id: i64) -> Result<Secret, RuleError> {
    let mut tx = services.db.tenant_tx(&change.caller.actor()).await?;
    store::lock(&mut tx).await?;
    store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    let secret = secret::add(&mut tx, &services.sealer, id).await?;
    change.record(&mut tx, ("rule", &id.to_string()), "new signing secret", None, None).await?;
    tx.commit().await?;
    Ok(secret)
}

/// A rule that posts has a secret from then on.
async fn make_secret(
    tx: &mut TenantTx,
    services: &Services,
    id: i64,
    actions: &[Action],
) -> Result<Option<Secret>, RuleError> {
    let posts = actions.iter().any(|action| matches!(action, Action::Webhook { .. }));
    if !posts || secret::is_there(tx, id).await? {
        return Ok(None);
    }
    secret::add(tx, &services.sealer, id).await.map(Some)
}

/// Only an event is about an opportunity.
fn fit(trigger: &Trigger, actions: &[Action]) -> Result<(), Fault> {
    let lost = actions.iter().position(Action::is_on_opportunity).filter(|_| !matches!(trigger, Trigger::Event(_)));
    match lost {
        Some(n) => {
            Err(Fault::new(&format!("actions.{n}.type"), "needs a rule about events: others have no opportunity"))
        }
        None => Ok(()),
    }
}

/// Refuses receivers that do not lie on the public internet.
async fn check_receivers(services: &Services, actions: &[Action]) -> Result<(), Fault> {
    if services.allow_private_targets {
        return Ok(());
    }
    let checks: Vec<_> = actions.iter().enumerate().map(|(n, action)| check_receiver(n, action)).collect();
    join_all(checks).await.into_iter().collect()
}

async fn check_receiver(n: usize, action: &Action) -> Result<(), Fault> {
    let Action::Webhook { url } = action else { return Ok(()) };
    public_address::check(url).await.map_err(|error| {
        let reason = error.to_string();
        let reason = reason.split_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
        Fault::new(&format!("actions.{n}.url"), reason)
    })
}

/// Puts a rule at its place among the others.
async fn place(tx: &mut TenantTx, mut order: Vec<i64>, id: i64, to: i32) -> Result<(), sqlx::Error> {
    order.retain(|other| *other != id);
    let at = usize::try_from(to - 1).unwrap_or_default().min(order.len());
    order.insert(at, id);
    write_order(tx, &order).await
}

async fn write_order(tx: &mut TenantTx, order: &[i64]) -> Result<(), sqlx::Error> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update rules r set position = o.place from unnest($2::bigint[]) with ordinality o (id, place)
         where r.tenant_id = $1 and r.id = o.id and r.position <> o.place",
        tenant,
        order
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What people set, for the audit.
fn fields(rule: &Rule) -> Map<String, Value> {
    let all = json!({
        "name": rule.name,
        "enabled": rule.enabled,
        "order": rule.order,
        "trigger": rule.trigger.to_value(),
        "conditions": Value::from_iter(rule.conditions.iter().map(condition::Condition::to_value)),
        "actions": Value::from_iter(rule.actions.iter().map(Action::to_value)),
    });
    match all {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The fields that differ, before and after.
fn differing(
    mut before: Map<String, Value>,
    mut after: Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let same: Vec<String> =
        before.iter().filter(|(name, value)| after.get(*name) == Some(value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_what_is_wrong_in_it() {
        for (body, place) in [
            (json!([]), "body"),
            (json!({"colour": 1}), "colour"),
            (json!({"name": ""}), "name"),
            (json!({"name": "x".repeat(101)}), "name"),
            (json!({"enabled": 1}), "enabled"),
            (json!({"order": 0}), "order"),
            (json!({"order": 201}), "order"),
            (json!({"order": 1e300}), "order"),
            (json!({"trigger": {"type": "x"}}), "trigger.type"),
            (json!({"actions": []}), "actions"),
            (json!({"expectedVersion": "1"}), "expectedVersion"),
        ] {
            assert_eq!(Draft::read(body.clone()).unwrap_err().field, place, "{body}");
        }
    }

    #[test]
    fn the_audit_has_what_differs() {
        let of = |value: Value| value.as_object().unwrap().clone();
        let (before, after) = differing(of(json!({"a": 1, "b": 2})), of(json!({"a": 1, "b": 3})));
        assert_eq!((Value::Object(before), Value::Object(after)), (json!({"b": 2}), json!({"b": 3})));
    }
}
