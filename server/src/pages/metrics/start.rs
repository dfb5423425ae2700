//! Where a metric begins.

use app::metrics::{StartView, TemplateCard};
use axum::extract::{Query, State as Shared};
use axum::response::Response;
use domain::metrics::form::Form;
use domain::metrics::{Entity, Formula, Problem, templates};
use serde::Deserialize;
use serde_json::Value as Json;

use super::editor::{self, Begin};
use super::{Asking, Stop, WRITE, answer, words};
use crate::http::State;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct From {
    template: String,
    blank: String,
    simple: String,
}

pub async fn page(asking: Asking, Shared(state): Shared<State>, Query(from): Query<From>) -> Result<Response, Stop> {
    asking.person(WRITE)?;
    if let Some(template) = templates::all().into_iter().find(|template| template.code == from.template) {
        let formula = Formula::read(&template.formula).map_err(|problems| Stop::invalid(first(&problems)))?;
        let form = Form {
            code: template.code.into(),
            name: template.name.into(),
            description: template.description.into(),
            ..Form::of(&formula)
        };
        return editor::begin(asking, &state, Begin::new(form)).await;
    }
    if let Some(entity) = Entity::parse(&from.blank) {
        let mut form = Form::blank(entity);
        form.step("add:n");
        return editor::begin(asking, &state, Begin::new(form)).await;
    }
    if !from.simple.is_empty() {
        let begin = match serde_json::from_str::<Json>(&from.simple).map(|sent| Formula::read(&sent)) {
            Ok(Ok(formula)) => Begin::new(Form::of(&formula)),
            // Shown where it can be mended.
            _ => Begin { json: Some(from.simple), ..Begin::new(Form::blank(Entity::Customer)) },
        };
        return editor::begin(asking, &state, begin).await;
    }
    let cards = templates::all().into_iter().map(|template| TemplateCard {
        code: template.code.into(),
        name: template.name.into(),
        description: template.description.into(),
        sentence: Formula::read(&template.formula).map(|formula| formula.sentence()).unwrap_or_default(),
    });
    let view = StartView { templates: cards.collect() };
    Ok(answer(asking.write(&state, "Make a metric", || app::metrics::start(view)).await?, false))
}

fn first(problems: &[Problem]) -> String {
    problems.first().map(words::problem).unwrap_or_default()
}
