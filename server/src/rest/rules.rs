//! `/api/rules`: what follows by itself, made by admins; what fired, and what would have. A signing secret is in the answer that
//! makes it, and only there.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::Source;
use domain::calendar::{day_end, day_start, zone_or_utc};
use domain::identity::{Caller, Change, Permission};
use domain::params::{Fault, instant};
use domain::rules::action::Action;
use domain::rules::change::{self, Draft, Made};
use domain::rules::condition::Condition;
use domain::rules::dry_run::{self, Span};
use domain::rules::{Rule, RuleError, history, store};
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::Params;
use super::shape::{Body, Pagination};
use crate::http::error::{ApiError, ApiResult};
use crate::http::{Asking, State, current_request_id};
use crate::openapi::answers;
use crate::openapi::rules::{
    DryRunBody, DryRunOut, FiringsOut, FiringsQuery, NewRuleBody, RuleChangeBody, RuleMade, RuleOut, RulesOut,
    SecretOut,
};

/// Events of a dry run that fire, at most, when the caller does not say.
const LIMIT: usize = 100;
const MOST: usize = 1000;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct DryRunIn {
    from: Option<String>,
    to: Option<String>,
    limit: Option<i64>,
}

fn by<'a>(caller: &'a Caller, request_id: &'a str) -> Change<'a> {
    Change { caller, source: Source::Api, request_id: Some(request_id) }
}

/// Every rule, in the order in which they are evaluated.
#[utoipa::path(
    get,
    path = "/rules",
    tag = "rules",
    responses((status = 200, description = "All of them.", body = RulesOut), answers::Asked)
)]
pub async fn list(asking: Asking, Shared(state): Shared<State>, params: Params) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadRules)?;
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(json!({"rules": store::all(&mut tx).await?.iter().map(shown).collect::<Vec<_>>()})))
}

/// Makes a rule. When it posts to a webhook, the secret that signs is in the answer, and only there.
#[utoipa::path(
    post,
    path = "/rules",
    tag = "rules",
    request_body = NewRuleBody,
    responses((status = 201, description = "Made.", body = RuleMade), answers::Changing)
)]
pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    body: Result<Body<Value>, ApiError>,
) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let Body(body) = body?;
    let request_id = current_request_id();
    let made = change::create(&state.services, &by(&caller, &request_id), Draft::read(body)?).await?;
    Ok((StatusCode::CREATED, Json(shown_once(&made))).into_response())
}

/// One rule.
#[utoipa::path(
    get,
    path = "/rules/{id}",
    tag = "rules",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 200, description = "The rule.", body = RuleOut), answers::AskedOfOne)
)]
pub async fn read(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadRules)?;
    params.end()?;
    let id = number(&id)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    Ok(Json(shown(&store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?)))
}

/// Changes a rule; what is left out stays. With `expectedVersion` only if nobody else changed it meanwhile.
#[utoipa::path(
    patch,
    path = "/rules/{id}",
    tag = "rules",
    params(("id" = i64, Path, description = "Its id.")),
    request_body = RuleChangeBody,
    responses((status = 200, description = "As it stands now.", body = RuleMade), answers::ChangingOne)
)]
pub async fn change(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<Value>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::Administer)?;
    let (id, request_id) = (number(&id)?, current_request_id());
    let Body(body) = body?;
    let made = change::change(&state.services, &by(&caller, &request_id), id, Draft::read(body)?).await?;
    Ok(Json(shown_once(&made)))
}

/// Removes a rule; what it still had to do is cancelled.
#[utoipa::path(
    delete,
    path = "/rules/{id}",
    tag = "rules",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), answers::ChangingOne)
)]
pub async fn remove(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let caller = asking.to(Permission::Administer)?;
    let (id, request_id) = (number(&id)?, current_request_id());
    change::remove(&state.services, &by(&caller, &request_id), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a rule a new signing secret; the one before signs along for a day.
#[utoipa::path(
    post,
    path = "/rules/{id}/secret",
    tag = "rules",
    params(("id" = i64, Path, description = "Its id.")),
    responses((status = 201, description = "The new secret.", body = SecretOut), answers::ChangingOne)
)]
pub async fn new_secret(asking: Asking, Shared(state): Shared<State>, Path(id): Path<String>) -> ApiResult<Response> {
    let caller = asking.to(Permission::Administer)?;
    let (id, request_id) = (number(&id)?, current_request_id());
    let secret = change::new_secret(&state.services, &by(&caller, &request_id), id).await?;
    Ok((StatusCode::CREATED, Json(json!({"secret": secret.reveal()}))).into_response())
}

/// Tries a rule on past events, newest first, with their opportunities as they are now. Nothing is done.
#[utoipa::path(
    post,
    path = "/rules/{id}/dry-run",
    tag = "rules",
    params(("id" = i64, Path, description = "Its id.")),
    request_body = DryRunBody,
    responses((status = 200, description = "Which events would fire it, and what would be done.", body = DryRunOut), answers::ChangingOne)
)]
pub async fn try_out(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    body: Result<Body<DryRunIn>, ApiError>,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadRules)?;
    let id = number(&id)?;
    let Body(body) = body?;
    let span = span(&body, &caller.tenant_view.timezone)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rule = store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    Ok(Json(json!(dry_run::run(&mut tx, &rule, span).await?)))
}

/// What a rule did, newest first.
#[utoipa::path(
    get,
    path = "/rules/{id}/firings",
    tag = "rules",
    params(("id" = i64, Path, description = "Its id."), FiringsQuery),
    responses((status = 200, description = "A page.", body = FiringsOut), answers::AskedOfOne)
)]
pub async fn firings(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    mut params: Params,
) -> ApiResult<Json<Value>> {
    let caller = asking.to(Permission::ReadRules)?;
    let id = number(&id)?;
    let (page, limit) = params.page()?;
    let troubled = params.value::<bool>("troubled", "true or false")?.unwrap_or(false);
    params.end()?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    store::find(&mut tx, id).await?.ok_or(RuleError::NotFound)?;
    let rows = history::page(&mut tx, id, troubled, page, limit).await?;
    let total = history::count(&mut tx, id, troubled).await?;
    Ok(Json(json!({"firings": rows, "pagination": Pagination::new(page, limit, total)})))
}

fn number(id: &str) -> ApiResult<i64> {
    id.parse().map_err(|_| ApiError::invalid("id", "is no id"))
}

/// Days are the tenant's, both included.
fn span(body: &DryRunIn, timezone: &str) -> Result<Span, Fault> {
    let zone = zone_or_utc(timezone);
    let from = body.from.as_deref().map(|text| instant("from", text, day_start, zone)).transpose()?;
    let to = body.to.as_deref().map(|text| instant("to", text, day_end, zone)).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Fault::new("to", "lies before from"));
    }
    let limit = body.limit.map_or(Ok(LIMIT), usize::try_from).ok().filter(|limit| (1..=MOST).contains(limit));
    let limit = limit.ok_or_else(|| Fault::new("limit", format!("expected a number from 1 to {MOST}")))?;
    Ok(Span { from, to, limit })
}

fn shown(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.name,
        "enabled": rule.enabled,
        "order": rule.order,
        "trigger": rule.trigger.to_value(),
        "conditions": rule.conditions.iter().map(Condition::to_value).collect::<Vec<_>>(),
        "actions": rule.actions.iter().map(Action::to_value).collect::<Vec<_>>(),
        "version": rule.version,
        "firedCount": rule.fired_count,
        "lastFiredAt": rule.last_fired_at,
        "createdAt": rule.created_at,
        "updatedAt": rule.updated_at,
    })
}

fn shown_once(made: &Made) -> Value {
    let mut rule = shown(&made.rule);
    rule["secret"] = json!(made.secret.as_ref().map(|secret| secret.reveal()));
    rule
}
