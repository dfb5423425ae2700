//! Groups of conditions, with a line for each level.

use domain::metrics::catalogue::Entity;
use domain::metrics::form::{Join, Node, ROOT};
use leptos::prelude::*;

use super::{EditorView, condition, error};
use crate::metrics::inputs::{About, Button, Choice, hidden, select};

/// Who counts: the outermost group, and what it says in words.
pub fn card(of: &EditorView) -> AnyView {
    let Node::Group(join, members) = &of.form.root else { return ().into_any() };
    let entities = Entity::ALL.map(|entity| (entity.as_str().to_owned(), entity.plural().to_owned())).into();
    let entity = select(
        "entity",
        of.form.entity.as_str(),
        entities,
        None,
        About { step: Some("look".into()), ..About::label("What it is about") },
    );
    let none = members.is_empty().then(|| view! { <p class="basis">"No condition: every record counts."</p> });
    view! {
        <section class="card" aria-labelledby="who-title">
            <header class="who">
                <h2 id="who-title" class="visually-hidden">"Who counts"</h2>
                {entity}
                <span>"where"</span>
                {joins(of, ROOT, *join, "Of the conditions".to_owned())}
            </header>
            {of.form.bare.then(|| hidden("bare", "1"))}
            {error(of, ROOT, &format!("{ROOT}.join"))}
            {none}
            <div class="rule">{inside(of, ROOT, *join, members, 1)}</div>
            <p class="say" data-part="sentence">{of.sentence.clone().unwrap_or_else(|reason| reason)}</p>
            {warnings(of)}
            {about(of)}
        </section>
    }
    .into_any()
}

fn joins(of: &EditorView, name: &str, join: Join, label: String) -> AnyView {
    let options: Vec<Choice> = Join::ALL.map(|join| (join.as_str().to_owned(), join.words().to_owned())).into();
    let name = format!("{name}.join");
    let about =
        About { step: Some("look".into()), focus: of.focuses(&name), wrong: of.is_wrong(&name), ..About::label(label) };
    select(&name, join.as_str(), options, None, about)
}

/// The members with what stands between them, and the buttons below.
fn inside(of: &EditorView, name: &str, join: Join, members: &[Node], depth: usize) -> AnyView {
    let last = members.len().saturating_sub(1);
    let member = |(index, node): (usize, &Node)| {
        let at = format!("{name}/{index}");
        let between = (index > 0).then(|| view! { <p class="join">{join.between()}</p> });
        let ends = (index == 0, index == last);
        let node = match node {
            Node::Condition(condition) => condition::row(of, &at, condition, ends),
            Node::Group(join, members) => nested(of, &at, *join, members, depth, ends),
        };
        view! { {between}{node} }
    };
    let add = format!("step-add-{name}");
    let focus = of.focuses(&add);
    let to = if name == ROOT { String::new() } else { format!(" to {}", place(name)) };
    let label = |word: &str| (name != ROOT).then(|| format!("{word}{to}"));
    let condition = Button {
        id: Some(add),
        focus,
        label: label("Add condition"),
        ..Button::new(format!("add:{name}"), "btn", "Add condition")
    };
    let group = Button { label: label("Add group"), ..Button::new(format!("group:{name}"), "btn", "Add group") };
    view! {
        {members.iter().enumerate().map(member).collect_view()}
        <div class="quick">{condition.view()}{group.view()}</div>
    }
    .into_any()
}

fn nested(of: &EditorView, name: &str, join: Join, members: &[Node], depth: usize, ends: (bool, bool)) -> AnyView {
    let about = place(name);
    let label = format!("Group {}", about.trim_start_matches("group "));
    view! {
        <div class="nested" role="group" aria-label=label>
            <div class="nested-head">
                {joins(of, name, join, format!("Of {about}"))}
                {error(of, name, &format!("{name}.join"))}
                <span class="grow"></span>
                {more(of, name, &about, ends, true)}
                {Button::remove(format!("remove:{name}"), &about).view()}
            </div>
            <div class="rule">{inside(of, name, join, members, depth + 1)}</div>
        </div>
    }
    .into_any()
}

/// "group 2.1", as it is counted from outside.
pub fn place(name: &str) -> String {
    format!("group {}", numbers(name))
}

/// `n/0/1` → "1.2".
pub fn numbers(name: &str) -> String {
    let numbers = name.split('/').skip(1).map(|index| index.parse::<usize>().unwrap_or(0) + 1);
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(".")
}

/// What else can be done with a condition or a group.
pub fn more(of: &EditorView, name: &str, about: &str, ends: (bool, bool), group: bool) -> AnyView {
    more_with(of, name, about, ends, group, ().into_any())
}

pub fn more_with(
    of: &EditorView,
    name: &str,
    about: &str,
    (first, last): (bool, bool),
    group: bool,
    also: AnyView,
) -> AnyView {
    let item = |step: &str, word: &'static str| {
        Button { label: Some(format!("{word}: {about}")), ..Button::new(format!("{step}:{name}"), "", word) }.view()
    };
    let id = format!("step-more-{name}");
    let focus = of.focuses(&id).then_some("");
    view! {
        <details class="menu end">
            <summary class="btn quiet only-icon" id=id data-focus=focus aria-label=format!("More for {about}")>"⋯"</summary>
            <div class="items">
                {(!first).then(|| item("up", "Move up"))}
                {(!last).then(|| item("down", "Move down"))}
                {item("nest", "Nest in a group")}
                {group.then(|| item("ungroup", "Take the group apart"))}
                {also}
            </div>
        </details>
    }
    .into_any()
}

fn warnings(of: &EditorView) -> AnyView {
    let lines = of.warnings.iter().map(|words| view! { <li>{words.clone()}</li> }).collect_view();
    view! { <div data-part="warnings">{(!of.warnings.is_empty()).then(|| view! { <ul class="warnings">{lines}</ul> })}</div> }
        .into_any()
}

/// What the fields of its conditions are.
fn about(of: &EditorView) -> AnyView {
    let asked = of.form.asked();
    if asked.is_empty() {
        return ().into_any();
    }
    let fields = asked.into_iter().map(|field| {
        let unit = if field.unit.is_empty() { String::new() } else { format!(" In {}.", field.unit) };
        let empty = if field.nullable { " It can be empty." } else { "" };
        let words = format!("{}{unit}{empty} Such as {}.", field.description, field.example);
        view! { <dt>{field.label}</dt><dd>{words}</dd> }
    });
    view! {
        <details class="part" id="about-fields">
            <summary>"What these fields are"</summary>
            <dl class="facts">{fields.collect_view()}</dl>
        </details>
    }
    .into_any()
}
