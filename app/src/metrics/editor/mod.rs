//! The editor of a definition. All of its state is in its fields ([`domain::metrics::form`]); what is wrong stands beside its input.

mod basics;
mod condition;
mod group;
mod json;
mod measure;
mod params;
mod preview;
mod tests;

use std::collections::BTreeMap;

use domain::metrics::form::{Did, Form};
use leptos::prelude::*;

pub use json::JsonView;
pub use preview::{AnswerLine, ExplainView, FunnelStep, PreviewView, RowLine};

use super::inputs::hidden;
use super::{Here, Parts, Standing, Standings};

/// What the editor shows.
pub struct EditorView {
    pub form: Form,
    /// Where it is posted to.
    pub action: String,
    /// None: it is not there yet.
    pub editing: Option<Editing>,
    /// The fingerprint of what it began with.
    pub was: String,
    pub dirty: bool,
    pub wrong: Vec<Wrong>,
    pub did: Did,
    pub sentence: Result<String, String>,
    pub warnings: Vec<String>,
    /// Records left after a condition, by its name.
    pub counts: BTreeMap<String, i64>,
    /// Or why there is none.
    pub preview: Result<PreviewView, String>,
    pub json: JsonView,
    /// Of the stored tests, in their order: whether it holds, and why not.
    pub tests: Vec<Option<Result<(), String>>>,
    pub conflict: Option<Conflict>,
    /// Refused as a whole.
    pub refused: Option<String>,
    pub currency: String,
    /// The record that is explained.
    pub record: String,
}

/// The metric that is edited.
pub struct Editing {
    pub name: String,
    pub standing: Vec<Standing>,
    pub active: Option<i32>,
    /// What this form was made of.
    pub newest: i32,
}

/// Something that is wrong, and the input that it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// A part of the form: `n/0`.
    pub part: String,
    /// The id of its input.
    pub input: String,
    pub text: String,
}

/// Somebody else saved meanwhile.
pub struct Conflict {
    pub theirs: i32,
    pub who: String,
    pub sentence: String,
    /// What theirs has otherwise, in words.
    pub changed: Vec<String>,
    pub href: String,
}

impl EditorView {
    /// What is wrong with a part, as one text; empty for nothing.
    fn wrong(&self, part: &str) -> String {
        let texts: Vec<&str> =
            self.wrong.iter().filter(|wrong| wrong.part == part).map(|wrong| wrong.text.as_str()).collect();
        texts.join(" ")
    }

    fn is_wrong(&self, input: &str) -> bool {
        self.wrong.iter().any(|wrong| wrong.input == input)
    }

    fn focuses(&self, id: &str) -> bool {
        self.did.focus.as_deref() == Some(id)
    }
}

/// What is wrong with a part. It is there when nothing is, so that it can be put in while somebody types.
fn error(of: &EditorView, part: &str, input: &str) -> AnyView {
    let text = Some(of.wrong(part)).filter(|text| !text.is_empty());
    let (none, name, input) = (text.is_none(), format!("e:{part}"), input.to_owned());
    view! {
        <p class="error" id=format!("{part}-error") hidden=none data-part=name data-for=input>{text}</p>
    }
    .into_any()
}

/// The whole page.
pub fn page(of: EditorView) -> AnyView {
    let of = &of;
    let code = of.form.code.clone();
    let editing = of.editing.as_ref();
    let title = editing.map_or_else(|| "New metric".to_owned(), |editing| editing.name.clone());
    let version = editing.map(|editing| hidden("expectedVersion", editing.newest.to_string()));
    let back = editing.map_or(super::PATH.to_owned(), |_| format!("{}/{code}", super::PATH));
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=super::PATH>"Metrics"</a></nav>
        <form class="metric-editor" id="editor" method="post" action=of.action.clone() data-live=of.action.clone()>
            // The first button is what Enter presses: it saves nothing.
            <button hidden name="step" value="look" data-step="" tabindex="-1">"Look again"</button>
            {hidden("was", of.was.clone())}
            {version}
            <div class="top">
                <h1>{title}</h1>
                {editing.map(|editing| view! { <Standings of=editing.standing.clone()/> })}
                <span class="grow"></span>
                <span class="unsaved" data-part="unsaved" data-dirty=of.dirty.then_some("")>"Not saved"</span>
                <a class="btn quiet" href=back>"Leave"</a>
                <button class="btn" name="save" value="draft">"Save as draft"</button>
                <button class="btn primary" name="save" value="active">{if editing.is_some() { "Save as new version" } else { "Save and activate" }}</button>
            </div>
            {editing.map(|_| view! { <Parts code here=Here::Definition may_write=true/> })}
            <p class="step-said" role="status" data-part="said">{of.did.said.clone()}</p>
            {notices(of)}
            <div class="editor-grid">
                <div class="stack" data-part="form">
                    {group::card(of)}
                    {basics::card(of)}
                    {measure::card(of)}
                    {params::card(of)}
                    {tests::card(of)}
                    {json::card(of)}
                </div>
                <div class="stack aside">{preview::cards(of)}</div>
            </div>
        </form>
    }
    .into_any()
}

fn notices(of: &EditorView) -> AnyView {
    let link = |wrong: &Wrong| {
        let href = format!("#{}", wrong.input);
        view! { <li><a class="link" href=href>{wrong.text.clone()}</a></li> }
    };
    let refused = of.refused.as_ref().map(|reason| {
        view! {
            <div class="notice bad" role="alert">
                <div>
                    <p><strong>"Nothing was saved"</strong>{reason.clone()}</p>
                    <ul>{of.wrong.iter().map(link).collect_view()}</ul>
                </div>
            </div>
        }
    });
    let conflict = of.conflict.as_ref().map(|conflict| {
        let changed = conflict.changed.iter().map(|words| view! { <li>{words.clone()}</li> }).collect_view();
        view! {
            <div class="notice warn" role="alert">
                <div>
                    <p><strong>{format!("{} saved version {} meanwhile", conflict.who, conflict.theirs)}</strong>
                        "Yours stands below as you left it. Saved again, it becomes the next version and takes the place of theirs."</p>
                    <dl class="facts sides">
                        <dt>{format!("Theirs, v{}", conflict.theirs)}</dt><dd>{conflict.sentence.clone()}</dd>
                        <dt>"Yours"</dt><dd>{of.sentence.clone().unwrap_or_else(|reason| reason)}</dd>
                    </dl>
                    <ul>{changed}</ul>
                </div>
                <a class="btn" href=conflict.href.clone()>"Open theirs"</a>
            </div>
        }
    });
    view! { {refused}{conflict} }.into_any()
}
