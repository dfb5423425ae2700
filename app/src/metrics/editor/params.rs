//! Parameters: numbers that one turns without touching the conditions.

use domain::metrics::form::ParamRow;
use leptos::prelude::*;

use super::{EditorView, error};
use crate::metrics::inputs::{About, Button, select, text};

pub fn card(of: &EditorView) -> AnyView {
    let rows = of.form.params.iter().enumerate().map(|(index, param)| row(of, index, param)).collect_view();
    let add = Button {
        id: Some("step-param".into()),
        focus: of.focuses("step-param"),
        ..Button::new("param", "btn", "Add parameter")
    };
    view! {
        <section class="card" aria-labelledby="params-title">
            <header><h2 id="params-title">"Parameters"</h2><span class="basis">"Numbers with a name, for conditions that compare with factor × field"</span></header>
            {rows}
            {error(of, "p", "step-param")}
            {add.view()}
        </section>
    }
    .into_any()
}

fn row(of: &EditorView, index: usize, param: &ParamRow) -> AnyView {
    let part = format!("p/{index}");
    let id = |which: &str| format!("{part}.{which}");
    let about = |which: &str, label: &str| About {
        wrong: of.is_wrong(&id(which)),
        focus: of.focuses(&id(which)),
        described: Some(format!("{part}-error")),
        ..About::label(format!("Parameter {}: {label}", index + 1))
    };
    let field = |which: &str, value: &str, mode: Option<&'static str>, label: &str| {
        text(&id(which), value, "text", mode, about(which, label))
    };
    let kinds = vec![
        ("decimal".into(), "number".into()),
        ("int".into(), "whole number".into()),
        ("money".into(), "money".into()),
    ];
    view! {
        <div class="piece param">
            <label class="small">"Name"{field("name", &param.name, None, "name")}</label>
            <label class="small">"Label"{field("label", &param.label, None, "label")}</label>
            <div class="small"><span>"Type"</span>{select(&id("type"), &param.kind, kinds, None, about("type", "type"))}</div>
            <label class="small">"Value"{field("default", &param.default, Some("decimal"), "value")}</label>
            <label class="small">"From"{field("min", &param.min, Some("decimal"), "least value")}</label>
            <label class="small">"To"{field("max", &param.max, Some("decimal"), "greatest value")}</label>
            {Button::remove(format!("param-remove:{index}"), &format!("parameter {}: {}", index + 1, param.name)).view()}
            {error(of, &part, &id("default"))}
        </div>
    }
    .into_any()
}
