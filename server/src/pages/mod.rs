//! Pages of plain links and forms that need no WASM at all: events, the audit log, reconciliation, endpoints, rules, what is added
//! to opportunities, reports, imports and metrics. What is on them is the app's.

mod asking;
mod audit;
mod endpoints;
mod events;
mod filled;
mod imports;
mod metrics;
mod more;
mod reconciliation;
mod registration;
mod reports;
mod rules;
mod stop;
mod workflow_templates;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};

use crate::http::State;
use asking::Asking;
use stop::Stop;

/// Who is not signed in never comes here: the doors of the pages lie before.
pub fn routes(state: &State) -> Router<State> {
    Router::new()
        .route("/audit", get(audit::page))
        .route("/reconciliation", get(reconciliation::page))
        .route("/reconciliation/remedies", post(reconciliation::remedy))
        .route("/reconciliation/mirror", post(reconciliation::compare))
        .route("/reconciliation/mirror/repair", post(reconciliation::mend))
        .route("/reconciliation/mirror/{id}", get(reconciliation::one))
        .route("/events", get(events::page))
        .route("/events/replay", post(events::replay_all))
        .route("/events/{id}", get(events::one))
        .route("/events/{id}/replay", post(events::replay))
        .route("/settings/endpoints", get(endpoints::page).post(endpoints::create))
        .route("/settings/endpoints/registration", get(registration::page).post(registration::register))
        .route("/settings/endpoints/keeping", post(endpoints::keep))
        .route("/settings/endpoints/rotate", post(endpoints::rotate))
        .route("/settings/endpoints/test", post(endpoints::test))
        .route("/settings/endpoints/end-older", post(endpoints::end_older))
        .route("/settings/endpoints/revoke", post(endpoints::revoke))
        .route("/settings/rules", get(rules::page).post(rules::create))
        .route("/settings/rules/new", get(rules::new))
        .route("/settings/rules/set", post(rules::step))
        .route("/settings/rules/secret", post(rules::new_secret))
        .route("/settings/rules/remove", post(rules::remove))
        .route("/settings/rules/{id}", get(rules::one).post(rules::save_one))
        .route("/opportunities/{id}/more", get(more::page))
        .route("/opportunities/{id}/more/augmentation", post(more::augment))
        .route("/opportunities/{id}/more/workflows", post(more::start))
        .route("/opportunities/{id}/more/workflows/{workflow}/{act}", post(more::act))
        .route("/opportunities/{id}/more/integrations", post(more::add))
        .route("/opportunities/{id}/more/integrations/{integration}", post(more::edit))
        .route("/opportunities/{id}/more/integrations/{integration}/remove", post(more::remove))
        .route("/settings/workflows", get(workflow_templates::page).post(workflow_templates::create))
        .route("/settings/workflows/{id}", post(workflow_templates::set))
        .route("/settings/workflows/{id}/remove", post(workflow_templates::remove))
        .route("/reports", get(reports::page).post(reports::ask))
        .route("/imports", get(imports::page).post(imports::upload))
        .route("/imports/{id}", get(imports::one))
        .route("/imports/{id}/check", post(imports::check))
        .route("/imports/{id}/apply", post(imports::apply))
        .merge(metrics::routes())
        .layer(from_fn_with_state(state.clone(), stop::layer))
}

/// A page; one that follows what it shows is read again by its browser, without a script.
fn page(html: String, follows: bool) -> Response {
    if follows { ([("refresh", "3")], Html(html)).into_response() } else { Html(html).into_response() }
}
