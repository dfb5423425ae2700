//! An item of an import: how a code is to stand, what is wrong with it, and whether it stands so already.

use serde_json::value::RawValue;

use super::code::MetricCode;
use super::content::{self, Checked, Content};
use super::definition::{Definition, State};
use super::draft::Draft;
use super::fields::Fields;
use super::now::Now;
use super::problem::Problem;

const MEMBERS: [&str; 11] =
    ["code", "state", "version", "name", "description", "formula", "tests", "note", "draft", "reason", "replacedBy"];
const OF_DRAFT: [&str; 6] = ["version", "name", "description", "formula", "tests", "note"];

/// An item as it is to stand.
#[derive(Debug)]
pub(super) struct Wanted {
    pub pointer: String,
    pub code: Option<MetricCode>,
    pub state: Option<State>,
    pub content: Content,
    pub draft: Option<Content>,
    pub reason: Option<String>,
    pub replaced_by: Option<String>,
    pub problems: Vec<Problem>,
}

impl Wanted {
    pub fn read(raw: &RawValue, pointer: String) -> Wanted {
        let mut fields = Fields::of(raw, &pointer, &MEMBERS);
        fields.need(&["code", "state", "name", "description"]);
        let code = fields.code("code");
        let state = fields.text("state").and_then(|text| {
            let state = State::parse(&text);
            if state.is_none() {
                fields.problem("state", "E_RANGE", "This is no state.", "Send draft, active or deprecated.");
            }
            state
        });
        let content = content(&mut fields);
        let reason = fields.lines("reason");
        let named = fields.get("replacedBy").is_some_and(|raw| raw.get() != "null");
        let replaced_by = if named { fields.text("replacedBy") } else { None };
        let there = |name: &str| fields.get(name).is_some_and(|raw| raw.get() != "null");
        let retired: Vec<&str> = ["reason", "replacedBy"].into_iter().filter(|name| there(name)).collect();
        if state.is_some_and(|state| state != State::Deprecated) {
            for name in retired {
                fields.problem(name, "E_STATE", "Only a deprecated definition has this.", "Leave it out.");
            }
        }
        if state == Some(State::Active) && content.formula.is_none() {
            fields.problem("state", "E_STATE", "Without a formula it cannot be active.", "Send it as a draft.");
        }
        let waiting = fields.get("draft").filter(|raw| raw.get() != "null");
        if waiting.is_some() && state.is_some_and(|state| state != State::Active) {
            fields.problem("draft", "E_STATE", "A draft waits only behind an active version.", "Leave it out.");
        }
        let mut problems = fields.end();
        let draft = waiting.map(|raw| {
            let place = format!("{pointer}/draft");
            let mut fields = Fields::of(raw, &place, &OF_DRAFT);
            fields.need(&["name", "description"]);
            let content = self::content(&mut fields);
            problems.extend(fields.end());
            content
        });
        Wanted { pointer, code, state, content, draft, reason, replaced_by, problems }
    }

    /// Whether everything stands as it is wanted.
    pub fn stands(&self, now: &Standing) -> bool {
        let same = |wanted: &Option<Content>, is: &Option<Definition>| match (wanted, is) {
            (None, None) => true,
            (Some(wanted), Some(is)) => wanted.same(&Content::of(is)),
            _ => false,
        };
        self.state == Some(now.shown.state)
            && self.content.same(&Content::of(&now.shown))
            && same(&self.draft, &now.waiting)
            && self.reason == now.shown.reason
            && self.replaced_by == now.shown.replaced_by
    }

    /// What is wrong with formulas and tests.
    pub fn check(&self, now: &Now) -> (Checked, Checked, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut look = |content: &Content, place: &str, counts: bool| {
            let checked = content.check().unwrap_or_else(|found| {
                problems.extend(found.into_iter().map(|problem| problem.under(place)));
                Checked::default()
            });
            if counts {
                problems.extend(checked.failed(now).into_iter().map(|failed| {
                    let pointer = format!("{place}/tests/{}", failed.index);
                    let fix = "Mend it, or send the definition as a draft.";
                    Problem::new(pointer, "E_TESTS_FAILED", format!("This test fails: {}", failed.because), fix)
                }));
            }
            checked
        };
        let shown = look(&self.content, &self.pointer, self.state == Some(State::Active));
        let place = format!("{}/draft", self.pointer);
        let draft = self.draft.as_ref().map(|draft| look(draft, &place, false)).unwrap_or_default();
        (shown, draft, problems)
    }
}

fn content(fields: &mut Fields<'_>) -> Content {
    let draft = Draft {
        name: fields.line("name", content::LONGEST_NAME),
        description: fields.lines("description"),
        formula: fields.formula(),
        tests: fields.raw("tests"),
        note: fields.lines("note"),
        ..Draft::default()
    };
    draft.over(None)
}

/// A code as it stands, locked.
pub(super) struct Standing {
    pub shown: Definition,
    pub waiting: Option<Definition>,
}
