//! The editor: its form comes and goes whole, so that every answer is made of nothing but what was sent and what is stored.

use app::metrics::PATH;
use app::metrics::editor::Conflict;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::identity::Caller;
use domain::metrics::draft::{Draft, For};
use domain::metrics::form::{Did, Fields, Form, TestRow};
use domain::metrics::{Definition, Formula, MetricCode, MetricError, Problem, State as Standing, change, diff, store};
use serde_json::{Map, Value as Json, json};

use super::view::{self, Shown};
use super::{Asking, Stop, WRITE, answer, words};
use crate::http::{State, current_request_id};

/// What the editor begins with.
pub struct Begin {
    pub form: Form,
    /// A text that is no formula: it stands where it can be mended.
    pub json: Option<String>,
}

impl Begin {
    pub fn new(form: Form) -> Begin {
        Begin { form, json: None }
    }
}

/// A new metric, before anything was sent.
pub async fn begin(asking: Asking, state: &State, begin: Begin) -> Result<Response, Stop> {
    let mut shown = Shown::of(begin.form, app::metrics::NEW.into());
    shown.json = begin.json;
    respond(asking, state, shown, StatusCode::OK).await
}

pub async fn edit(asking: Asking, Shared(state): Shared<State>, Path(code): Path<String>) -> Result<Response, Stop> {
    let caller = asking.person(WRITE)?;
    let code = super::code(&code)?;
    let base = newest(&state, caller, &code).await?;
    let form = of(&base);
    let unreadable =
        base.formula.as_deref().filter(|_| base.compiled.is_none()).map(|formula| formula.get().to_owned());
    let mut shown = Shown::of(form, action(&code));
    shown.json = unreadable;
    shown.base = Some(base);
    respond(asking, &state, shown, StatusCode::OK).await
}

pub async fn create(asking: Asking, Shared(state): Shared<State>, body: Bytes) -> Result<Response, Stop> {
    asking.person(WRITE)?;
    Box::pin(take(asking, &state, None, &body)).await
}

pub async fn change(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(code): Path<String>,
    body: Bytes,
) -> Result<Response, Stop> {
    let caller = asking.person(WRITE)?;
    let code = super::code(&code)?;
    let base = newest(&state, caller, &code).await?;
    Box::pin(take(asking, &state, Some(base), &body)).await
}

fn action(code: &MetricCode) -> String {
    format!("{PATH}/{code}/edit")
}

/// What is edited: the version that waits, else the one that counts.
async fn newest(state: &State, caller: &Caller, code: &MetricCode) -> Result<Definition, Stop> {
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let definition = super::shown(&mut tx, code).await?;
    if definition.version == definition.newest_version {
        return Ok(definition);
    }
    store::version(&mut tx, code, definition.newest_version).await?.ok_or(Stop::NotFound)
}

/// The form of a stored version.
pub fn of(base: &Definition) -> Form {
    let form = base.compiled.as_ref().map_or_else(|| Form::blank(domain::metrics::Entity::Customer), Form::of_tree);
    Form {
        code: base.code.clone(),
        name: base.name.clone(),
        description: base.description.clone(),
        tests: TestRow::all(&base.tests),
        ..form
    }
}

/// What was posted: a look, a step, or a save.
async fn take(asking: Asking, state: &State, base: Option<Definition>, body: &[u8]) -> Result<Response, Stop> {
    let fields = Fields::of(form_urlencoded::parse(body).into_owned());
    let mut form = Form::read(&fields);
    if let Some(base) = &base {
        form.code.clone_from(&base.code);
    }
    let action =
        base.as_ref().map_or_else(|| app::metrics::NEW.to_owned(), |base| format!("{PATH}/{}/edit", base.code));
    let mut shown = Shown { was: fields.text("was"), record: fields.text("record"), base, ..Shown::of(form, action) };
    let typed = fields.text("json");
    let edited = fields.has("json_was") && view::fingerprint(&typed) != fields.text("json_was");
    let (step, save) = (fields.text("step"), fields.text("save"));
    if edited {
        shown.json = Some(typed);
    }
    if step == "json" || (edited && !save.is_empty()) {
        take_json(&mut shown);
    }
    if !save.is_empty() {
        let expected = fields.text("expectedVersion").parse().ok();
        return keep(asking, state, shown, save != "draft", expected).await;
    }
    match step.split_once(':') {
        Some(("why", id)) => {
            shown.record = id.to_owned();
            shown.did = Did { said: "Explained below.".into(), focus: None };
        }
        _ if step == "why" => shown.did = Did { said: "Explained below.".into(), focus: None },
        _ if step == "json" => {}
        _ => shown.did = shown.form.step(&step),
    }
    respond(asking, state, shown, StatusCode::OK).await
}

/// The inputs follow the text, if it is a formula.
fn take_json(shown: &mut Shown) {
    let Some(text) = &shown.json else { return };
    let read = serde_json::from_str::<Json>(text).map_err(|_| ()).and_then(|sent| Formula::read(&sent).map_err(|_| ()));
    let focus = Some("json".to_owned());
    match read {
        Ok(formula) => {
            let old = shown.form.clone();
            let (code, name, description, note, tests) = (old.code, old.name, old.description, old.note, old.tests);
            shown.form = Form { code, name, description, note, tests, ..Form::of(&formula) };
            shown.json = None;
            shown.did = Did { said: "The inputs follow the text.".into(), focus };
        }
        Err(()) => shown.did = Did { said: "The text is no formula yet: see what is wrong with it.".into(), focus },
    }
}

/// Saves the form; what is wrong with it comes back with it.
async fn keep(
    asking: Asking,
    state: &State,
    mut shown: Shown,
    counts: bool,
    expected: Option<i32>,
) -> Result<Response, Stop> {
    let caller = asking.person(WRITE)?;
    let request_id = current_request_id();
    let by = super::act::by(caller, &request_id);
    if shown.json.is_some() {
        shown.refused = Some("The text in the field of JSON is no formula.".into());
        return respond(asking, state, shown, StatusCode::BAD_REQUEST).await;
    }
    let written = shown.form.tree(true);
    let base = shown.base.as_ref().filter(|base| base.state != Standing::Deprecated);
    let body = body(&shown.form, &written.tree, shown.base.as_ref(), counts, expected.filter(|_| base.is_some()));
    let saved = match base {
        Some(base) => {
            let draft = Draft::read(&body, For::Change)?;
            change::change(&state.services, &by, &super::code(&base.code)?, draft).await
        }
        None => change::create(&state.services, &by, Draft::read(&body, For::New)?).await,
    };
    let status = match saved {
        Ok(changed) => {
            let of = &changed.definition;
            let done = match (changed.failed_tests.is_empty(), of.is_active()) {
                (false, _) => "tests",
                _ if changed.previous_version == of.version
                    && base.is_some()
                    && !changed.message.contains("activated") =>
                {
                    "same"
                }
                (_, true) => "active",
                (_, false) => "draft",
            };
            let to = format!("{PATH}/{}?done={done}&v={}", of.code, of.version);
            return Ok(Redirect::to(&to).into_response());
        }
        Err(MetricError::Problems(problems)) => {
            shown.refused = Some(match problems.len() {
                1 => "One thing is to be mended:".into(),
                count => format!("{count} things are to be mended:"),
            });
            shown.problems = problems;
            shown.whole = true;
            StatusCode::BAD_REQUEST
        }
        Err(MetricError::CodeTaken(code)) => {
            shown.refused = Some("Another metric has this code.".into());
            let fix = "Choose another one, or edit that metric.";
            shown.problems = vec![Problem::new("/code", "E_CODE_TAKEN", format!("{code} is in use"), fix)];
            StatusCode::CONFLICT
        }
        Err(MetricError::Conflict { .. }) => {
            let theirs = newest(state, caller, &super::code(&shown.form.code)?).await?;
            shown.conflict = Some(conflict(&theirs, &written.tree));
            shown.base = Some(theirs);
            StatusCode::CONFLICT
        }
        Err(MetricError::Db(error)) => return Err(Stop::Broken(error)),
        Err(error) => {
            shown.refused = Some(format!("{error}."));
            StatusCode::CONFLICT
        }
    };
    respond(asking, state, shown, status).await
}

/// What REST would be sent. What is as it was is left out: it stays letter by letter.
fn body(form: &Form, tree: &Json, base: Option<&Definition>, counts: bool, expected: Option<i32>) -> Vec<u8> {
    let mut body = Map::new();
    let new = base.is_none_or(|base| base.state == Standing::Deprecated);
    if new {
        body.insert("code".into(), json!(form.code.trim()));
    }
    body.insert("name".into(), json!(form.name.trim()));
    body.insert("description".into(), json!(form.description.trim()));
    if !form.note.trim().is_empty() {
        body.insert("note".into(), json!(form.note.trim()));
    }
    let same = |formula: &Formula| base.and_then(|base| base.compiled.as_ref()) == Some(&formula.to_json());
    // One that never had a formula does not get one of no conditions by being renamed.
    let still_none =
        base.is_some_and(|base| base.formula.is_none()) && form.conditions().0 == 0 && form.measure.kind == "count";
    if new || !(still_none || Formula::read(tree).is_ok_and(|formula| same(&formula))) {
        body.insert("formula".into(), tree.clone());
    }
    let tests = form.tests_json();
    if new || base.is_none_or(|base| TestRow::all(&base.tests) != form.tests) {
        body.insert("tests".into(), tests);
    }
    if !counts {
        body.insert("draft".into(), json!(true));
    }
    if let Some(expected) = expected {
        body.insert("expectedVersion".into(), json!(expected));
    }
    Json::from(body).to_string().into_bytes()
}

fn conflict(theirs: &Definition, mine: &Json) -> Conflict {
    let mine = Formula::read(mine).ok();
    Conflict {
        theirs: theirs.version,
        who: words::who(theirs.created_by.as_ref()),
        sentence: theirs.sentence.clone().unwrap_or_else(|| "No formula.".into()),
        changed: diff::clauses(theirs.read_formula().as_ref(), mine.as_ref()).into_iter().map(words::changed).collect(),
        href: format!("{PATH}/{}/history#v{}", theirs.code, theirs.version),
    }
}

async fn respond(asking: Asking, state: &State, shown: Shown, status: StatusCode) -> Result<Response, Stop> {
    let caller = asking.person(WRITE)?;
    let title = shown.base.as_ref().map_or_else(|| "New metric".to_owned(), |base| format!("Edit {}", base.name));
    let view = view::build(state, caller, shown).await?;
    let html = asking.write_live(state, &title, || app::metrics::editor::page(view)).await?;
    Ok((status, answer(html, false)).into_response())
}
