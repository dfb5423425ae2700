//! What formulas may speak of, and definitions to begin with.

use axum::Json;
use domain::identity::Permission;
use domain::metrics::{Formula, templates as known, told};
use serde_json::{Value, json};

use crate::http::Asking;
use crate::http::error::ApiResult;
use crate::openapi::answers;
use crate::openapi::metrics::{FieldsOut, TemplatesOut};
use crate::rest::params::Params;

/// The entities, and what is known of the records of each.
#[utoipa::path(
    get,
    path = "/metrics/fields",
    tag = "metrics",
    responses((status = 200, description = "The catalogue.", body = FieldsOut), answers::Asked)
)]
pub async fn fields(asking: Asking, params: Params) -> ApiResult<Json<Value>> {
    asking.to(Permission::ReadDefinitions)?;
    params.end()?;
    Ok(Json(json!({"entities": told::entities()})))
}

/// Definitions to begin with.
#[utoipa::path(
    get,
    path = "/metrics/templates",
    tag = "metrics",
    responses((status = 200, description = "All of them.", body = TemplatesOut), answers::Asked)
)]
pub async fn templates(asking: Asking, params: Params) -> ApiResult<Json<Value>> {
    asking.to(Permission::ReadDefinitions)?;
    params.end()?;
    let template = |template: known::Template| {
        let sentence = Formula::read(&template.formula).ok().map(|formula| formula.sentence());
        json!({
            "code": template.code,
            "name": template.name,
            "description": template.description,
            "formula": template.formula,
            "sentence": sentence,
        })
    };
    Ok(Json(json!({"templates": known::all().into_iter().map(template).collect::<Vec<_>>()})))
}
