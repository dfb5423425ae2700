//! What the editor shows of a form: what is wrong with it, what it says, and what it finds now.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use app::metrics::editor::{
    AnswerLine, Conflict, Editing, EditorView, ExplainView, FunnelStep, JsonView, PreviewView, Wrong,
};
use domain::identity::Caller;
use domain::metrics::diff::{self, Diff};
use domain::metrics::form::{Did, Form, Places, Written};
use domain::metrics::now::Now;
use domain::metrics::preview::{self, Preview};
use domain::metrics::sentence::upper_first;
use domain::metrics::{Definition, Formula, MetricError, Problem, run, spoken, store, stored_test, warn};
use domain::money::grouped;
use serde_json::Value as Json;

use super::{Stop, history, words};
use crate::http::State;

/// A form with what was asked of it.
pub struct Shown {
    pub form: Form,
    pub action: String,
    pub base: Option<Definition>,
    /// The fingerprint of what the editor began with; empty: it begins now.
    pub was: String,
    pub did: Did,
    pub record: String,
    /// A text in the field of JSON that the inputs do not follow yet.
    pub json: Option<String>,
    pub refused: Option<String>,
    /// Of a save that was refused.
    pub problems: Vec<Problem>,
    /// Whether they are of the whole form, with what is not filled in.
    pub whole: bool,
    pub conflict: Option<Conflict>,
}

impl Shown {
    pub fn of(form: Form, action: String) -> Shown {
        Shown {
            form,
            action,
            base: None,
            was: String::new(),
            did: Did::default(),
            record: String::new(),
            json: None,
            refused: None,
            problems: Vec::new(),
            whole: false,
            conflict: None,
        }
    }
}

/// Tells whether a text is another one. It keeps nothing out.
pub fn fingerprint(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.trim_end().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn fingerprint_of(form: &Form) -> String {
    let Form { code, name, description, note, .. } = form;
    fingerprint(&format!("{code}\n{name}\n{description}\n{note}\n{}\n{}", form.tree(true).tree, form.tests_json()))
}

pub async fn build(state: &State, caller: &Caller, shown: Shown) -> Result<EditorView, Stop> {
    let Shown { form, action, base, was, did, record, json, refused, problems, whole, conflict } = shown;
    let now = super::now(caller);
    let written = form.tree(false);
    let read = Formula::read(&written.tree);
    let mut wrong: Vec<Wrong> = Vec::new();
    let all = form.tree(true).places;
    // Those of a save are of the whole form; the others look at what is filled in.
    let places = if whole { &all } else { &written.places };
    wrong.extend(problems.iter().map(|problem| place(&form, places, problem)));
    if let (Err(problems), false) = (&read, whole) {
        wrong.extend(problems.iter().map(|problem| place(&form, &written.places, problem)));
    }
    let tests = tests(&form, read.as_ref().ok(), &now, &mut wrong, &all, whole);
    let blank = form.conditions().1;
    let mut warnings: Vec<String> = Vec::new();
    if blank > 0 && !whole {
        let conditions = if blank == 1 { "1 condition is".into() } else { format!("{blank} conditions are") };
        warnings.push(format!("{conditions} not filled in yet and left out here."));
    }
    let mut counts = BTreeMap::new();
    let preview = match &read {
        Err(problems) => Err(match problems.len() {
            1 => "The preview follows when one thing is mended.".to_owned(),
            count => format!("The preview follows when {count} things are mended."),
        }),
        Ok(formula) => match look(state, caller, formula, base.as_ref(), &now, &record).await {
            Ok((preview, against)) => {
                warnings.extend(preview.warnings.iter().map(words::problem));
                for (pointer, count) in &preview.counts {
                    if let Some(name) = written.places.exactly(pointer) {
                        counts.insert(name.to_owned(), *count);
                    }
                }
                Ok(told_preview(formula, preview, against, &caller.tenant_view.currency))
            }
            Err(MetricError::Db(error)) => return Err(Stop::Broken(error)),
            Err(error) => {
                warnings.extend(warn::warnings(formula).iter().map(words::problem));
                Err(upper_first(&format!("{error}.")))
            }
        },
    };
    let sentence = match &read {
        Ok(formula) => Ok(formula.sentence()),
        Err(_) => Err("The sentence follows when the formula is whole.".to_owned()),
    };
    let now_print = fingerprint_of(&form);
    Ok(EditorView {
        editing: base.as_ref().map(|base| Editing {
            name: base.name.clone(),
            standing: words::standing(base),
            active: base.active_version,
            newest: base.newest_version,
        }),
        dirty: !was.is_empty() && was != now_print,
        was: if was.is_empty() { now_print } else { was },
        json: json_view(json, &written),
        form,
        action,
        wrong,
        did,
        sentence,
        warnings,
        counts,
        preview,
        tests,
        conflict,
        refused,
        currency: caller.tenant_view.currency.clone(),
        record,
    })
}

/// What it finds now, and what that changes against the version that counts.
async fn look(
    state: &State,
    caller: &Caller,
    formula: &Formula,
    base: Option<&Definition>,
    now: &Now,
    record: &str,
) -> Result<(Preview, Option<(String, bool)>), MetricError> {
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let active = match base.and_then(|base| Some((super::code(&base.code).ok()?, base.active_version?))) {
        Some((code, version)) => store::version(&mut tx, &code, version).await?,
        None => None,
    };
    run::read_only(&mut tx).await?;
    let found = preview::preview(&mut tx, formula, now, record.trim().parse().ok()).await?;
    let Some(active) = active else { return Ok((found, None)) };
    let before = active.read_formula();
    if before.as_ref().is_some_and(|before| before.to_json() == formula.to_json()) {
        return Ok((found, Some((format!("As v{}, which counts now", active.version), false))));
    }
    let diff = diff::diff(&mut tx, before.as_ref(), Some(formula), now).await?;
    let Diff { enter, leave, .. } = &diff;
    let money = history::money(&diff, formula.entity, &caller.tenant_view.currency);
    let words = format!("{} enter, {} leave against v{} · {money}", enter.len(), leave.len(), active.version);
    Ok((found, Some((words, !enter.is_empty() || !leave.is_empty()))))
}

fn told_preview(formula: &Formula, of: Preview, against: Option<(String, bool)>, currency: &str) -> PreviewView {
    let number = |count: i64| grouped(count.unsigned_abs());
    let plural = formula.entity.plural().to_lowercase();
    let first = FunnelStep { words: format!("all {plural}"), count: of.base, told: number(of.base) };
    let steps = of.funnel.iter().map(|step| FunnelStep {
        words: step.clause.clone(),
        count: step.count,
        told: number(step.count),
    });
    let shown = of.rows.len();
    let ranked = formula.rank_by.first().map(|rank| format!(", by {}", rank.field.label)).unwrap_or_default();
    PreviewView {
        basis: format!("on {}, now", words::counted(of.base, formula)),
        value: spoken::measured(formula, of.value, currency),
        share: spoken::share(of.total, of.base, formula.entity),
        against,
        funnel: std::iter::once(first).chain(steps).collect(),
        base: of.base,
        heads: words::heads(formula),
        rows: words::lines(formula, &of.rows, currency),
        shown: format!("{shown} of {}{ranked}", number(of.total)),
        explain: of.explain.map(|explained| ExplainView {
            name: explained.name.unwrap_or_else(|| explained.id.to_string()),
            matches: explained.matches,
            answers: explained
                .clauses
                .into_iter()
                .map(|one| AnswerLine { depth: one.depth, clause: one.clause, holds: one.holds, found: one.found })
                .collect(),
        }),
    }
}

/// Runs the stored tests; what is wrong with them goes to `wrong`.
fn tests(
    form: &Form,
    formula: Option<&Formula>,
    now: &Now,
    wrong: &mut Vec<Wrong>,
    places: &Places,
    whole: bool,
) -> Vec<Option<Result<(), String>>> {
    let none = vec![None; form.tests.len()];
    let Some(formula) = formula else { return none };
    match stored_test::read(form.entity, &form.tests_json()) {
        Err(problems) => {
            if !whole {
                wrong.extend(problems.iter().map(|problem| place(form, places, problem)));
            }
            none
        }
        Ok(tests) => {
            let mut results = vec![Some(Ok(())); tests.len()];
            for failed in stored_test::run(formula, &tests, now) {
                if let Some(result) = results.get_mut(failed.index) {
                    *result = Some(Err(upper_first(&failed.because)));
                }
            }
            results
        }
    }
}

/// The part and the input that a problem belongs to.
fn place(form: &Form, places: &Places, problem: &Problem) -> Wrong {
    let text = words::problem(problem);
    let pointer = problem.pointer.strip_prefix("/formula").unwrap_or(&problem.pointer);
    let plain = pointer.trim_start_matches('/');
    if ["code", "name", "description", "note"].contains(&plain) {
        return Wrong { part: plain.into(), input: plain.into(), text };
    }
    if let Some(rest) = plain.strip_prefix("tests/") {
        let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let part = format!("t/{index}");
        let input = match rest.strip_prefix("fields/") {
            Some(code) => format!("{part}.v/{code}"),
            None => format!("{part}.expected"),
        };
        return Wrong { part, input, text };
    }
    let Some((part, rest)) = places.part(pointer) else {
        return Wrong { part: "json".into(), input: "json".into(), text };
    };
    let which = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
    let input = match part.split('/').next().unwrap_or_default() {
        "n" => form.input(part, &rest),
        "p" if part != "p" && !which.is_empty() => format!("{part}.{which}"),
        "p" if part != "p" => format!("{part}.name"),
        "m" if part != "m" => {
            format!("{part}.{}", if matches!(which, "label" | "weight" | "from" | "to") { which } else { "of" })
        }
        "m" => match which {
            "f" => "m.of".into(),
            "num" | "den" => format!("m.{which}.kind"),
            _ => "m.kind".into(),
        },
        "r" | "c" if part.contains('/') => format!("{part}.of"),
        "entity" => "entity".into(),
        _ => format!("{part}/0.of"),
    };
    // What has no error line of its own is told by its card.
    let part = match part.split('/').next().unwrap_or_default() {
        "r" => "r".to_owned(),
        "c" => "c".to_owned(),
        "entity" => "n".to_owned(),
        _ => part.to_owned(),
    };
    Wrong { part, input, text }
}

fn json_view(edited: Option<String>, written: &Written) -> JsonView {
    let stands = serde_json::to_string_pretty(&written.tree).unwrap_or_default();
    let Some(text) = edited else {
        return JsonView { was: fingerprint(&stands), text: stands, edited: false, wrong: Vec::new() };
    };
    let wrong = match serde_json::from_str::<Json>(&text) {
        Err(error) => vec![format!("Line {}, column {}: {}", error.line(), error.column(), reason(&error))],
        Ok(sent) => match Formula::read(&sent) {
            Ok(_) => Vec::new(),
            Err(problems) => {
                problems.iter().map(|problem| format!("{}: {}", problem.pointer, words::problem(problem))).collect()
            }
        },
    };
    JsonView { was: fingerprint(&stands), text, edited: true, wrong }
}

/// Without the place, which stands before it.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line").next().unwrap_or_default().to_owned()
}
