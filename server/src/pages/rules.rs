//! Rules: their list, one of them, its form. A signing secret is on the page that answers its form, and on no other.

use app::rules::{Entered, OneView, PATH, Tried};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::Source;
use domain::calendar::{day_end, day_start, zone_or_utc};
use domain::identity::{Caller, Change, Permission};
use domain::params::instant;
use domain::rules::action::Action;
use domain::rules::change::{self, Draft, Made};
use domain::rules::dry_run::{self, Span};
use domain::rules::form::{self, Fields};
use domain::rules::trigger::Trigger;
use domain::rules::{Rule, RuleError, store, view};
use serde::Deserialize;
use serde_json::json;

use super::filled::Done;
use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

/// Events of a dry run that are shown.
const SHOWN: usize = 50;

/// What of a rule is shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Look {
    done: String,
    r#try: String,
    from: String,
    to: String,
    page: String,
    troubled: String,
}

#[derive(Deserialize)]
pub struct Which {
    id: i64,
}

/// A step of the list: a place, or on and off.
#[derive(Deserialize)]
pub struct Step {
    id: i64,
    order: Option<i32>,
    enabled: Option<bool>,
}

/// Why a form was not taken: said on its own page, with what was entered.
type Refused = (StatusCode, Entered);

impl From<RuleError> for Stop {
    fn from(error: RuleError) -> Stop {
        match error {
            RuleError::Fault(fault) => fault.into(),
            RuleError::NotFound => Stop::NotFound,
            RuleError::Db(error) => Stop::Broken(error),
            RuleError::Seal(_) | RuleError::Changed(_) | RuleError::TooMany(_) | RuleError::NoPast => {
                Stop::Refused(StatusCode::CONFLICT, error.to_string())
            }
        }
    }
}

pub async fn page(
    asking: Asking,
    Shared(state): Shared<State>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::ReadRules)?;
    let may_change = caller.may(Permission::Administer);
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rules = view::lines(&mut tx, &caller.tenant_view.timezone, chrono::Utc::now()).await?;
    drop(tx);
    let told = (done == "removed").then_some("The rule is removed. What it still had to do is cancelled.");
    Ok(answer(asking.write(&state, "Rules", || app::rules::page(rules, may_change, told)).await?, false))
}

pub async fn new(asking: Asking, Shared(state): Shared<State>) -> Result<Response, Stop> {
    asking.person(Permission::Administer)?;
    let entered = Entered { fields: form::new(), wrong: None };
    Ok(answer(asking.write(&state, "Make a rule", || app::rules::new(entered)).await?, false))
}

pub async fn create(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let fields = fields(form)?;
    let request_id = current_request_id();
    match save(&state, &by(caller, &request_id), None, fields).await? {
        Ok(made) => after(asking, &state, made, "The rule is made.").await,
        Err((status, entered)) => {
            let html = asking.write(&state, "Make a rule", || app::rules::new(entered)).await?;
            Ok((status, answer(html, false)).into_response())
        }
    }
}

pub async fn one(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Stop> {
    asking.person(Permission::ReadRules)?;
    let id = id.parse().map_err(|_| Stop::NotFound)?;
    let told = (look.done == "saved").then(|| ("The rule is saved.".to_owned(), None));
    write(asking, &state, id, &look, told, None).await
}

pub async fn save_one(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let id = id.parse().map_err(|_| Stop::NotFound)?;
    let fields = fields(form)?;
    let request_id = current_request_id();
    match save(&state, &by(caller, &request_id), Some(id), fields).await? {
        Ok(made) => after(asking, &state, made, "The rule is saved.").await,
        Err((status, entered)) => {
            let page = write(asking, &state, id, &Look::default(), None, Some(entered)).await?;
            Ok((status, page).into_response())
        }
    }
}

/// A step up or down, on or off, from the list.
pub async fn step(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Step>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let Form(Step { id, order, enabled }) = form.map_err(|_| unreadable())?;
    let request_id = current_request_id();
    // The same rule as for a body, so that a place is one that there can be.
    let draft = Draft::read(json!({"order": order, "enabled": enabled}))?;
    change::change(&state.services, &by(caller, &request_id), id, draft).await?;
    Ok(Redirect::to(PATH))
}

pub async fn new_secret(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let Form(Which { id }) = form.map_err(|_| unreadable())?;
    let request_id = current_request_id();
    let secret = change::new_secret(&state.services, &by(caller, &request_id), id).await?;
    let told = "The new secret signs from now on. The one before signs along for a day.".to_owned();
    write(asking, &state, id, &Look::default(), Some((told, Some(secret.reveal().to_owned()))), None).await
}

pub async fn remove(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::Administer)?;
    let Form(Which { id }) = form.map_err(|_| unreadable())?;
    let request_id = current_request_id();
    change::remove(&state.services, &by(caller, &request_id), id).await?;
    Ok(Redirect::to(&format!("{PATH}?done=removed")))
}

fn by<'a>(caller: &'a Caller, request_id: &'a str) -> Change<'a> {
    Change { caller, source: Source::Screen, request_id: Some(request_id) }
}

fn unreadable() -> Stop {
    Stop::invalid("The form could not be read.")
}

fn fields(form: Result<Form<Fields>, FormRejection>) -> Result<Fields, Stop> {
    form.map(|Form(fields)| fields).map_err(|_| unreadable())
}

/// Makes or changes a rule; what is wrong with the form comes back with it.
async fn save(
    state: &State,
    change: &Change<'_>,
    id: Option<i64>,
    fields: Fields,
) -> Result<Result<Made, Refused>, Stop> {
    let read = form::read(&fields);
    let body = read.body.clone();
    let made = match (Draft::read(body), id) {
        (Err(fault), _) => Err(RuleError::from(fault)),
        (Ok(draft), Some(id)) => change::change(&state.services, change, id, draft).await,
        (Ok(draft), None) => change::create(&state.services, change, draft).await,
    };
    match made {
        Ok(made) => Ok(Ok(made)),
        Err(RuleError::Fault(fault)) => {
            let wrong = Some((read.field(&fault.field), fault.reason));
            Ok(Err((StatusCode::BAD_REQUEST, Entered { fields, wrong })))
        }
        Err(error @ (RuleError::Changed(_) | RuleError::TooMany(_))) => {
            let wrong = Some(("name".to_owned(), error.to_string()));
            Ok(Err((StatusCode::CONFLICT, Entered { fields, wrong })))
        }
        Err(error) => Err(error.into()),
    }
}

/// A rule that has a new secret is shown with it at once; any other by its address.
async fn after(asking: Asking, state: &State, made: Made, text: &'static str) -> Result<Response, Stop> {
    let id = made.rule.id;
    match made.secret {
        None => Ok(Redirect::to(&format!("{PATH}/{id}?done=saved")).into_response()),
        Some(secret) => {
            let told = format!("{text} Its messages are signed with this secret; the receiver needs it.");
            write(asking, state, id, &Look::default(), Some((told, Some(secret.reveal().to_owned()))), None).await
        }
    }
}

async fn write(
    asking: Asking,
    state: &State,
    id: i64,
    look: &Look,
    told: Option<(String, Option<String>)>,
    entered: Option<Entered>,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::ReadRules)?;
    let (now, timezone) = (chrono::Utc::now(), caller.tenant_view.timezone.clone());
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let rule = store::find(&mut tx, id).await?.ok_or(Stop::NotFound)?;
    let lines = view::lines(&mut tx, &timezone, now).await?;
    let line = lines.into_iter().find(|line| line.id == id).ok_or(Stop::NotFound)?;
    let tried = match rule.trigger {
        Trigger::Event(_) => Some(try_out(&mut tx, &rule, look, &timezone, now).await?),
        _ => None,
    };
    let page = look.page.parse().ok().filter(|page| (1..=1_000_000_000).contains(page)).unwrap_or(1);
    let firings = view::firings(&mut tx, id, page, !look.troubled.is_empty(), &timezone, now).await?;
    drop(tx);
    let may_change = caller.may(Permission::Administer);
    let entered = may_change.then(|| entered.unwrap_or_else(|| Entered { fields: form::of(&rule), wrong: None }));
    let signs = rule.actions.iter().any(|action| matches!(action, Action::Webhook { .. }));
    let view = OneView { line, entered, tried, firings, signs, told };
    Ok(answer(asking.write(state, &rule.name, || app::rules::one(view)).await?, false))
}

async fn try_out(
    tx: &mut domain::db::TenantTx,
    rule: &Rule,
    look: &Look,
    timezone: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Tried, Stop> {
    let (from, to) = (look.from.clone(), look.to.clone());
    if look.r#try.is_empty() {
        return Ok(Tried { from, to, found: None });
    }
    let zone = zone_or_utc(timezone);
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let begin = given(&from).map(|text| instant("from", &text, day_start, zone)).transpose()?;
    let end = given(&to).map(|text| instant("to", &text, day_end, zone)).transpose()?;
    let run = dry_run::run(tx, rule, Span { from: begin, to: end, limit: SHOWN }).await?;
    Ok(Tried { from, to, found: Some(view::tried(&run, timezone, now)) })
}
