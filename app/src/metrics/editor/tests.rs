//! Stored tests: made-up records that must count, or must not. A failing one keeps a version from counting.

use domain::dashboard::Tone;
use domain::metrics::form::TestRow;
use domain::metrics::kind::Kind;
use leptos::prelude::*;

use super::condition::words;
use super::{EditorView, error};
use crate::components::badge::Badge;
use crate::metrics::inputs::{About, Button, select, text};

pub fn card(of: &EditorView) -> AnyView {
    let rows = of.form.tests.iter().enumerate().map(|(index, test)| row(of, index, test)).collect_view();
    let add = Button {
        id: Some("step-test".into()),
        focus: of.focuses("step-test"),
        ..Button::new("test", "btn", "Add test")
    };
    view! {
        <section class="card" aria-labelledby="tests-title">
            <header><h2 id="tests-title">"Tests"</h2><span class="basis">"Run at each save. While one fails, a version can be kept as a draft only."</span></header>
            {rows}
            {error(of, "t", "step-test")}
            {add.view()}
        </section>
    }
    .into_any()
}

fn row(of: &EditorView, index: usize, test: &TestRow) -> AnyView {
    let part = format!("t/{index}");
    let entity = of.form.entity;
    let mut codes: Vec<&str> = of.form.asked().into_iter().map(|field| field.code).collect();
    codes.extend(
        test.values
            .keys()
            .map(String::as_str)
            .filter(|code| entity.field(code).is_none_or(|field| !of.form.asked().contains(&field))),
    );
    let input = |code: &str| {
        let id = format!("{part}.v/{code}");
        let value = test.values.get(code).map_or("", String::as_str);
        let field = entity.field(code);
        let label = field.map_or_else(|| code.to_owned(), |field| field.label.to_owned());
        let about = About {
            wrong: of.is_wrong(&id),
            described: Some(format!("{part}-error")),
            ..About::label(format!("Test {}: {label}", index + 1))
        };
        let input = match field.map(|field| field.kind) {
            Some(Kind::Choice) => select(&id, value, field.map(words).unwrap_or_default(), Some("empty"), about),
            Some(Kind::Bool) => select(
                &id,
                value,
                vec![("true".into(), "yes".into()), ("false".into(), "no".into())],
                Some("empty"),
                about,
            ),
            Some(Kind::Date) => text(&id, value, "date", None, about),
            Some(kind) if kind.is_number() => text(&id, value, "text", Some("decimal"), about),
            _ => text(&id, value, "text", None, about),
        };
        view! { <label class="small">{label}{input}</label> }
    };
    let expected = format!("{part}.expected");
    let about = About { focus: of.focuses(&expected), ..About::label(format!("Test {}: expected", index + 1)) };
    let options = vec![("in".into(), "counts".into()), ("out".into(), "does not count".into())];
    let result = match of.tests.get(index).cloned().flatten() {
        None => ().into_any(),
        Some(Ok(())) => view! { <Badge tone=Tone::Ok word="Passes"/> }.into_any(),
        Some(Err(because)) => {
            view! { <Badge tone=Tone::Bad word="Fails"/><span class="basis">{because}</span> }.into_any()
        }
    };
    view! {
        <div class="piece test">
            <div class="small"><span>"A record with these"</span>{select(&expected, if test.expected { "in" } else { "out" }, options, None, about)}</div>
            {codes.into_iter().map(input).collect_view()}
            {Button::remove(format!("test-remove:{index}"), &format!("test {}", index + 1)).view()}
            <p class="result" data-part=format!("result:{index}")>{result}</p>
            {error(of, &part, &expected)}
        </div>
    }
    .into_any()
}
