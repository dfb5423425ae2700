//! Where a metric begins: a template, nothing, or the form of the first system.

use leptos::prelude::*;

use super::{NEW, PATH};

pub struct StartView {
    pub templates: Vec<TemplateCard>,
}

pub struct TemplateCard {
    pub code: String,
    pub name: String,
    pub description: String,
    pub sentence: String,
}

pub fn start(of: StartView) -> AnyView {
    let card = |template: TemplateCard| {
        let href = format!("{NEW}?template={}", template.code);
        view! {
            <li>
                <a class="card template" href=href>
                    <strong>{template.name}</strong>
                    <span class="dim">{template.description}</span>
                    <span class="basis">{template.sentence}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=PATH>"Metrics"</a></nav>
        <div class="top">
            <h1>"Make a metric"</h1>
            <span class="grow"></span>
            <a class="btn" href=format!("{NEW}?blank=customer")>"Blank, about customers"</a>
            <a class="btn" href=format!("{NEW}?blank=opportunity")>"Blank, about opportunities"</a>
        </div>
        <p class="dim">"Begin with a template and change it: nothing is saved until you save it."</p>
        <ul class="templates">{of.templates.into_iter().map(card).collect_view()}</ul>
        <details class="part">
            <summary>"From the form of the first system"</summary>
            <form class="form" method="get" action=NEW>
                <div class="form-row">
                    <label for="simple">"The formula as JSON"</label>
                    <textarea class="field" id="simple" name="simple" rows="5" spellcheck="false" aria-describedby="simple-hint"></textarea>
                    <p class="hint" id="simple-hint">"Such as {\"field\": \"days_since_last_order\", \"operator\": \">\", \"value\": 30}."</p>
                </div>
                <div><button class="btn">"Open in the editor"</button></div>
            </form>
        </details>
    }
    .into_any()
}
