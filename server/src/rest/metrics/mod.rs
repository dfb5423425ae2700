//! `/api/metrics`: what the business means by a word. Definitions and their versions, formulas that are tried before they are saved,
//! what each version finds, values that were kept, and all of it as one document.

pub mod bundle;
pub mod catalogue;
pub mod definitions;
pub mod found;
mod sent;
pub mod trial;
pub mod values;

use axum::Router;
use axum::routing::get;
use domain::db::TenantTx;
use domain::metrics::{Definition, MetricError, State as Standing, store};

use crate::http::State;
use sent::{Code, Sent};

/// `preview` and `validate` are codes like others: only a POST to them means something else.
pub fn codes_like_routes() -> Router<State> {
    let one = || get(definitions::read).patch(definitions::change).delete(definitions::deprecate);
    Router::new().route("/metrics/definitions/preview", one()).route("/metrics/definitions/validate", one())
}

/// A definition that is not hidden: a deprecated one only where that is asked for.
async fn visible(tx: &mut TenantTx, code: &Code, deprecated: bool) -> Result<Definition, MetricError> {
    let found = match &code.parsed {
        Some(code) => store::find(tx, code).await?,
        None => None,
    };
    let found = found.filter(|found| deprecated || found.state != Standing::Deprecated);
    found.ok_or_else(|| MetricError::NotFound(code.written.clone()))
}
