//! REST: one file a noun, thin handlers: who asks, what is asked, one call, the answer.

mod audit;
mod augmentation;
mod changes;
mod connection;
mod dashboard;
mod events;
mod export;
mod health;
mod imports;
mod integrations;
mod jobs;
mod keys;
mod metrics;
mod mirror_runs;
mod notifications;
mod of_opportunity;
mod opportunities;
mod params;
mod people;
mod process;
mod reconciliation;
mod replay;
mod reports;
mod rules;
mod schedules;
mod session;
pub mod shape;
mod sync;
mod webhooks;
mod workflow_templates;
mod workflows;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::State;
use crate::http::error::ApiError;
use crate::{live, openapi};

/// Everything under `/api`.
pub fn routes() -> Router<State> {
    let (router, _) = described().split_for_parts();
    router
        .merge(metrics::codes_like_routes())
        .fallback(async || ApiError::not_found("route"))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
}

/// The routes with their descriptions, from which `/api/openapi.json` is made.
pub fn described() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(health::read))
        .routes(routes!(session::read, session::open, session::close))
        .routes(routes!(dashboard::read))
        .routes(routes!(opportunities::list))
        .routes(routes!(export::opportunities))
        .routes(routes!(opportunities::read))
        .routes(routes!(augmentation::read, augmentation::set))
        .routes(routes!(workflows::list, workflows::start))
        .routes(routes!(workflows::advance))
        .routes(routes!(workflows::fail))
        .routes(routes!(workflows::retry))
        .routes(routes!(workflows::cancel))
        .routes(routes!(integrations::list, integrations::save))
        .routes(routes!(integrations::set, integrations::remove))
        .routes(routes!(integrations::find))
        .routes(routes!(reconciliation::read))
        .routes(routes!(reconciliation::mend))
        .routes(routes!(export::reconciliation))
        .routes(routes!(workflow_templates::list, workflow_templates::create))
        .routes(routes!(workflow_templates::set, workflow_templates::remove))
        .routes(routes!(changes::list))
        .routes(routes!(export::changes))
        .routes(routes!(audit::list))
        .routes(routes!(audit::csv))
        .routes(routes!(audit::check))
        .routes(routes!(people::list, people::invite))
        .routes(routes!(people::change))
        .routes(routes!(people::make_link))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(connection::start_over))
        .routes(routes!(sync::initial))
        .routes(routes!(sync::incremental))
        .routes(routes!(sync::sweep))
        .routes(routes!(sync::cancel))
        .routes(routes!(sync::status))
        .routes(routes!(sync::failures))
        .routes(routes!(jobs::read_all, jobs::create))
        .routes(routes!(process::run, process::pending))
        .routes(routes!(jobs::retry_all))
        .routes(routes!(jobs::read))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::retry))
        .routes(routes!(schedules::list))
        .routes(routes!(schedules::change))
        .routes(routes!(schedules::run))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::mark_read))
        .routes(routes!(reports::list, reports::create))
        .routes(routes!(reports::file))
        .routes(routes!(imports::list, imports::create))
        .routes(routes!(imports::read))
        .routes(routes!(imports::check))
        .routes(routes!(imports::apply))
        .routes(routes!(imports::errors))
        .routes(routes!(export::failures))
        .routes(routes!(events::list))
        .routes(routes!(events::read))
        .routes(routes!(events::raw))
        .routes(routes!(replay::one))
        .routes(routes!(replay::many))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::read_health))
        .routes(routes!(webhooks::keeping, webhooks::keep))
        .routes(routes!(webhooks::registration, webhooks::register))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::revoke))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::end_older))
        .routes(routes!(mirror_runs::list, mirror_runs::start))
        .routes(routes!(mirror_runs::read))
        .routes(routes!(mirror_runs::mend))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::read, rules::change, rules::remove))
        .routes(routes!(rules::try_out))
        .routes(routes!(rules::firings))
        .routes(routes!(rules::new_secret))
        .routes(routes!(metrics::definitions::list, metrics::definitions::create))
        .routes(routes!(metrics::trial::preview))
        .routes(routes!(metrics::trial::validate))
        .routes(routes!(metrics::definitions::read, metrics::definitions::change, metrics::definitions::deprecate))
        .routes(routes!(metrics::found::diff))
        .routes(routes!(metrics::found::rows))
        .routes(routes!(metrics::values::list, metrics::values::compute))
        .routes(routes!(metrics::catalogue::fields))
        .routes(routes!(metrics::catalogue::templates))
        .routes(routes!(metrics::bundle::export))
        .routes(routes!(metrics::bundle::bring))
        .routes(routes!(live::read))
        .routes(routes!(openapi::json))
        .routes(routes!(openapi::page))
}
