//! The form of a rule. One that was refused comes back as it was, with the reason at its field.

use domain::reconciliation::Kind;
use domain::rules::action::Action;
use domain::rules::condition::Operator;
use domain::rules::facts::FIELDS;
use domain::rules::form::{Fields, label, rows};
use domain::rules::trigger::Trigger;
use leptos::prelude::*;

use super::PATH;
use crate::components::refusal::capital;
use crate::settings::area::Tabs;

/// What stands in the form, and what of it was refused.
#[derive(Debug, Clone)]
pub struct Entered {
    pub fields: Fields,
    /// A field and the reason.
    pub wrong: Option<(String, String)>,
}

type Options = Vec<(&'static str, String)>;

/// The page on which a rule is made.
pub fn new(entered: Entered) -> AnyView {
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=PATH>"Rules"</a></nav>
        <div class="top"><h1>"Make a rule"</h1></div>
        <Tabs here=PATH admin=true/>
        {editor(entered, PATH.to_owned(), "Make rule")}
    }
    .into_any()
}

/// The form, posted there.
pub(super) fn editor(entered: Entered, action: String, word: &'static str) -> AnyView {
    let of = &entered;
    let (conditions, actions) = rows(&entered.fields);
    let version = entered.fields.get("version").cloned();
    let refused = entered.wrong.as_ref().map(|(field, reason)| {
        let href = format!("#{field}");
        view! {
            <div class="notice bad" role="alert">
                <p><strong>"The rule was not saved. "</strong><a class="link" href=href>{format!("{}: {reason}.", label(field))}</a></p>
            </div>
        }
    });
    view! {
        {refused}
        <form class="stack rules" method="post" action=action>
            {version.map(|version| view! { <input type="hidden" name="version" value=version/> })}
            <section class="card" aria-labelledby="rule-title">
                <header><h2 id="rule-title">"The rule"</h2></header>
                <div class="form">
                    {text(of, "name", "Name", "", 100)}
                    {text(of, "order", "Place among the rules", "1 is evaluated first. Empty: as it is, or the last.", 3)}
                    {tick(of, "enabled", "It is evaluated")}
                </div>
            </section>
            <section class="card" aria-labelledby="when-title">
                <header><h2 id="when-title">"When"</h2></header>
                <div class="form">
                    {choice(of, "trigger", "What happens", Trigger::TYPES.map(|(kind, word)| (kind, word.to_owned())).into(), false)}
                    <fieldset class="form">
                        <legend>"Of an event"</legend>
                        {text(of, "action_types", "Actions", "Such as convert_to_order, mark_as_lost; several between commas. Empty: any.", 2000)}
                        {text(of, "from_status", "Status before", "With either status the event must have changed it.", 60)}
                        {text(of, "to_status", "Status after", "", 60)}
                        {text(of, "min_value", "Least value before tax", "", 20)}
                        {tick(of, "on_replay", "Replays count too")}
                    </fieldset>
                    {text(of, "job_types", "Of a failed job: its types", "Several between commas. Empty: any.", 2000)}
                    {choice(of, "list", "Of a list that grew: which", lists(), true)}
                </div>
            </section>
            <section class="card" aria-labelledby="conditions-title">
                <header><h2 id="conditions-title">"Conditions"</h2></header>
                <p class="basis">"All must hold. Rows without a field do not count; saving shows more of them."</p>
                {(0..conditions).map(|n| condition(of, n)).collect_view()}
            </section>
            <section class="card" aria-labelledby="actions-title">
                <header><h2 id="actions-title">"What is done"</h2></header>
                <p class="basis">"In messages, fields stand in braces: {opportunity}, {organisation}, {user}, {actionType}, {previousStatus}, {newStatus}, {chargeTotal} and the other fields of conditions."</p>
                {(0..actions).map(|n| act(of, n)).collect_view()}
                <div class="form-foot"><button class="btn primary">{word}</button></div>
            </section>
        </form>
    }
    .into_any()
}

fn condition(of: &Entered, n: usize) -> impl IntoView {
    let fields: Options = FIELDS.iter().map(|field| (field.name, field.word.to_owned())).collect();
    let operators = Operator::ALL.iter().map(|operator| (operator.words().0, operator.words().1.to_owned())).collect();
    view! {
        <fieldset class="row">
            <legend class="visually-hidden">{format!("Condition {}", n + 1)}</legend>
            {choice(of, &format!("condition_{n}_field"), "Field", fields, true)}
            {choice(of, &format!("condition_{n}_operator"), "Comparison", operators, false)}
            {text(of, &format!("condition_{n}_value"), "Value", "", 200)}
        </fieldset>
    }
}

/// All that an action may say: what its type does not use does not count.
fn act(of: &Entered, n: usize) -> impl IntoView {
    let field = |part: &str| format!("action_{n}_{part}");
    let types = Action::TYPES.map(|(kind, word)| (kind, word.to_owned())).into();
    let people = [
        ("admin", "Every admin"),
        ("manager", "Every manager"),
        ("rep", "Every rep"),
        ("owner", "The opportunity's owner"),
    ];
    let levels = ["LOW", "MEDIUM", "HIGH", "CRITICAL"].map(|level| (level, level.to_owned())).into();
    let kept = of.fields.get(&field("kept")).cloned();
    let legend = format!("Action {}", n + 1);
    // What is used stands open.
    let is = |kinds: &[&str]| of.fields.get(&field("type")).is_some_and(|kind| kinds.contains(&kind.as_str()));
    view! {
        <fieldset class="form act">
            <legend>{legend}</legend>
            {choice(of, &field("type"), "What", types, true)}
            <details class="part" open=is(&["notify", "slack"])>
                <summary>"Of a notification or a Slack message"</summary>
                {choice(of, &field("to"), "To whom", people.map(|(to, word)| (to, word.to_owned())).into(), true)}
                {text(of, &field("message"), "Message", "Empty: what happened, in a sentence.", 300)}
            </details>
            <details class="part" open=is(&["webhook"])>
                <summary>"Of a webhook"</summary>
                {text(of, &field("url"), "Address", "https, on the public internet. Its messages are signed as Standard Webhooks says.", 500)}
            </details>
            <details class="part" open=is(&["start_workflow"])>
                <summary>"Of a workflow"</summary>
                {text(of, &field("workflow"), "Code of its template", "", 60)}
            </details>
            <details class="part" open=is(&["set_augmentation"])>
                <summary>"Of workflow status, risk and health"</summary>
                {text(of, &field("workflow_status"), "Workflow status", "", 100)}
                {choice(of, &field("risk_level"), "Risk", levels, true)}
                {text(of, &field("risk_notes"), "Notes on the risk", "", 4000)}
                {text(of, &field("health"), "Financial health", "From 0 to 100.", 3)}
            </details>
            {kept.map(|kept| view! { <input type="hidden" name=field("kept") value=kept/> })}
        </fieldset>
    }
}

fn lists() -> Options {
    Kind::ALL.iter().map(|kind| (kind.as_str(), kind.as_str().replace('-', " "))).collect()
}

/// What was refused of a field.
fn wrong(of: &Entered, name: &str) -> Option<String> {
    of.wrong.as_ref().filter(|(field, _)| field == name).map(|(_, reason)| format!("{}.", capital(reason)))
}

fn described(name: &str, wrong: bool, hinted: bool) -> Option<String> {
    let ids = [(wrong, "error"), (hinted, "hint")];
    let ids: Vec<String> = ids.into_iter().filter(|(is, _)| *is).map(|(_, end)| format!("{name}-{end}")).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn text(of: &Entered, name: &str, label: &'static str, hint: &'static str, most: usize) -> impl IntoView + use<> {
    let (value, wrong) = (of.fields.get(name).cloned().unwrap_or_default(), wrong(of, name));
    let (id, described) = (name.to_owned(), described(name, wrong.is_some(), !hint.is_empty()));
    let ends = (format!("{name}-error"), format!("{name}-hint"));
    view! {
        <div class="form-row">
            <label for=id.clone()>{label}</label>
            <input class="field" id=id.clone() name=id type="text" value=value maxlength=most autocomplete="off"
                aria-invalid=wrong.is_some().then_some("true") autofocus=wrong.is_some() aria-describedby=described/>
            {wrong.map(|reason| view! { <p class="error" id=ends.0>{reason}</p> })}
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=ends.1>{hint}</p> })}
        </div>
    }
}

/// `empty`: nothing may be chosen too.
fn choice(of: &Entered, name: &str, label: &'static str, options: Options, empty: bool) -> impl IntoView + use<> {
    let (chosen, wrong) = (of.fields.get(name).cloned().unwrap_or_default(), wrong(of, name));
    let (id, described) = (name.to_owned(), described(name, wrong.is_some(), false));
    let end = format!("{name}-error");
    let option =
        |(value, word): (&'static str, String)| view! { <option value=value selected=value == chosen>{word}</option> };
    view! {
        <div class="form-row">
            <label for=id.clone()>{label}</label>
            <select class="field" id=id.clone() name=id aria-invalid=wrong.is_some().then_some("true") autofocus=wrong.is_some() aria-describedby=described>
                {empty.then(|| view! { <option value="">"–"</option> })}
                {options.into_iter().map(option).collect_view()}
            </select>
            {wrong.map(|reason| view! { <p class="error" id=end>{reason}</p> })}
        </div>
    }
}

fn tick(of: &Entered, name: &'static str, label: &'static str) -> impl IntoView + use<> {
    let on = of.fields.contains_key(name);
    view! { <label class="check"><input type="checkbox" id=name name=name value="true" checked=on/>{label}</label> }
}
