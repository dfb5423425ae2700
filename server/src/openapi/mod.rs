//! The API's own description: OpenAPI 3.1, made from the attributes of the handlers. The routes are registered with those
//! same attributes, so none can be left out. The shapes here say what the answers look like; a test holds them to the truth.

pub mod answers;
pub mod audit;
pub mod augmentation;
pub mod changes;
pub mod connection;
pub mod dashboard;
pub mod events;
pub mod health;
pub mod imports;
pub mod integrations;
pub mod jobs;
pub mod keys;
pub mod metrics;
pub mod mirror_runs;
pub mod notifications;
pub mod opportunities;
pub mod page;
pub mod parts;
pub mod people;
pub mod reconciliation;
pub mod reports;
pub mod rules;
pub mod session;
pub mod sync;
pub mod webhooks;
pub mod workflows;

use std::sync::LazyLock;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse};
use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{InfoBuilder, License, OpenApi, OpenApiBuilder, PathItem, RefOr};

use crate::http::State;

const ABOUT: &str = "Everything that a script can ask of Backline. A request says who asks with an API key \
    (`Authorization: Bearer KEY`) or with the cookie of a session; the tenant comes from there and from nowhere else. With \
    the cookie, a request that changes something must also send `Origin` with Backline's own address, or \
    `Sec-Fetch-Site: same-origin`.\n\nAn error is `{\"error\", \"code\", \"details\", \"requestId\"}`: a sentence for people, a \
    word for programs, and the id under which the host's log has the request. Parameters that a route does not know are \
    refused; one without a value counts as absent. A method that an address does not take is 405. Amounts are decimal strings, times are RFC 3339 in UTC. Fields \
    may be added to answers.";

/// Schemas that requests send, or of which parts may be missing; in all others every field is always there.
const SENT: [&str; 45] = [
    "SignIn",
    "Invitation",
    "PersonChange",
    "NewKey",
    "StartOver",
    "NewJob",
    "JobRetry",
    "ScheduleChange",
    "NotificationsRead",
    "NewReport",
    "ImportCheck",
    "Replay",
    "ReplaySelection",
    "NewEndpoint",
    "SetAside",
    "TestDelivery",
    "SetKeeping",
    "SetAugmentation",
    "NewWorkflow",
    "AdvanceWorkflow",
    "FailWorkflow",
    "ChangeWorkflow",
    "NewIntegration",
    "SetIntegration",
    "MendRecords",
    "ChosenRecord",
    "NewWorkflowTemplate",
    "SetWorkflowTemplate",
    "NewRule",
    "RuleChange",
    "RuleTrigger",
    "RuleCondition",
    "RuleAction",
    "DryRunSpan",
    "Facts",
    "NewMetric",
    "MetricChange",
    "MetricRetirement",
    "MetricTrial",
    "MetricCheck",
    "MetricTest",
    "MetricBundle",
    "MetricItem",
    "MetricWaiting",
    "MetricWithHistory",
];

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(document);
static JSON: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(&*DOCUMENT).unwrap_or_default());

/// The API's description, in OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "about",
    security(()),
    responses((status = 200, description = "This document.", body = Object), answers::Open)
)]
pub async fn json() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], JSON.to_string())
}

/// The same for people: a page without scripts.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "about",
    security(()),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html"), answers::Open)
)]
pub async fn page(Shared(state): Shared<State>, headers: HeaderMap) -> Html<String> {
    Html(page::render(&JSON, &state.leptos, app::theme::chosen(&headers)))
}

fn document() -> OpenApi {
    let mut licence = License::new("Apache-2.0");
    licence.identifier = Some("Apache-2.0".into());
    let info = InfoBuilder::new()
        .title("Backline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(licence))
        .build();
    let either = ["key", "cookie"].map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []));
    let base = OpenApiBuilder::new().info(info).security(Some(either)).build();
    let mut api = base.nest("/api", crate::rest::described().into_openapi());
    api.merge(crate::inbox::described().into_openapi());
    for (path, item) in &mut api.paths.paths {
        name_operations(path, item);
    }
    if let Some(components) = &mut api.components {
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key.")).build();
        components.add_security_scheme("key", SecurityScheme::Http(key));
        let cookie = "From `POST /api/session` or the sign-in page; over https its name is `__Host-backline`.";
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description("backline", cookie));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
        for (name, schema) in &mut components.schemas {
            complete(name, schema);
        }
    }
    api
}

/// `get_opportunities_id`: a handler's own name is only unique inside its noun.
fn name_operations(path: &str, item: &mut PathItem) {
    let words: Vec<&str> =
        path.trim_start_matches("/api/").split('/').map(|word| word.trim_matches(['{', '}'])).collect();
    let words = words.join("_").replace('.', "_");
    for (method, operation) in [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ] {
        if let Some(operation) = operation {
            operation.operation_id = Some(format!("{method}_{words}"));
        }
    }
}

/// A field that may be null is there all the same; a body that is sent has no field that nobody knows.
fn complete(name: &str, schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) if SENT.contains(&name) => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
        RefOr::T(Schema::Object(object)) => object.required = object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(whole)) => whole.items.iter_mut().for_each(|part| complete(name, part)),
        _ => {}
    }
}
