//! The proofs of the mirror and the lists beside it, and the forms that compare and repair.

use app::augmented::fields::Refused;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, RawQuery, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::{Request, Source};
use domain::db::TenantTx;
use domain::identity::Permission;
use domain::jobs::JobsError;
use domain::opportunities::address::Address;
use domain::params::Params;
use domain::reconciliation::mirror::check::{self, CheckError};
use domain::reconciliation::mirror::repair::{self, RepairError};
use domain::reconciliation::remedy;
use domain::reconciliation::view::{MendedView, PATH, RUNS, ReconciliationView, RunView, ShownList};
use domain::sync::SyncError;
use serde::Deserialize;

use super::endpoints::by;
use super::filled::{Filled, Sent};
use super::more::change;
use super::{Asking, Stop, page as answer};
use crate::http::{State, current_request_id};

#[derive(Deserialize)]
pub struct Which {
    id: i64,
}

/// How many records the form before mended, in the address of the list.
const MENDED: &str = "mended";

/// What a repair led to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Repairs {
    repaired: Option<u32>,
    failed: Option<u32>,
    page: Option<u32>,
}

impl From<CheckError> for Stop {
    fn from(error: CheckError) -> Stop {
        match error {
            CheckError::Running(_) => Stop::Refused(StatusCode::CONFLICT, "A comparison is under way already.".into()),
            CheckError::Sync(error) => error.into(),
            CheckError::Enqueue(error) => JobsError::Enqueue(error).into(),
            CheckError::Db(error) => Stop::Broken(error),
        }
    }
}

impl From<RepairError> for Stop {
    fn from(error: RepairError) -> Stop {
        match error {
            RepairError::NotFound => Stop::NotFound,
            RepairError::NotCompleted | RepairError::UnderWay => Stop::Refused(StatusCode::CONFLICT, error.to_string()),
            RepairError::Sync(error) => error.into(),
            RepairError::Db(error) => Stop::Broken(error),
        }
    }
}

pub async fn page(asking: Asking, Shared(state): Shared<State>, RawQuery(search): RawQuery) -> Result<Response, Stop> {
    asking.to(Permission::ReadMirror)?;
    let address = Address::parse(&search.unwrap_or_default());
    let mended = address.get(MENDED).and_then(|count| count.parse().ok()).map(MendedView::of_all);
    write(asking, &state, &address.without(&[MENDED]).query(), mended, None).await
}

/// Mends the chosen lines of a list, whose address is the form's.
pub async fn remedy(
    asking: Asking,
    Shared(state): Shared<State>,
    RawQuery(search): RawQuery,
    form: Sent,
) -> Result<Response, Stop> {
    let caller = asking.person(Permission::Augment)?.clone();
    let (filled, address) = (Filled::of(form)?, Address::parse(&search.unwrap_or_default()));
    let wanted = domain::reconciliation::query::Query::read(Params::parse(&address.query()))?.wanted;
    let mend = async |tx: &mut TenantTx, request_id: &str| {
        let (remedy, chosen) = remedy::form::read(filled.fields(), &wanted).read()?;
        let mended = remedy::mend(tx, &by(&caller, request_id), &remedy, &chosen).await?;
        Ok((mended.len(), MendedView::read(tx, &mended).await?))
    };
    match change(&state, &caller, mend).await {
        // Those lines may be on the list no more, nor the page that they were on.
        Ok((count, told)) if told.refused.is_empty() => {
            Ok(Redirect::to(&address.with(MENDED, &count.to_string()).href(PATH)).into_response())
        }
        Ok((_, told)) => write(asking, &state, &address.without(&["page"]).query(), Some(told), None).await,
        Err(error) => {
            let (status, refused) = filled.refused(app::reconciliation::FORM, error)?;
            Ok((status, write(asking, &state, &address.query(), None, Some(refused)).await?).into_response())
        }
    }
}

async fn write(
    asking: Asking,
    state: &State,
    search: &str,
    mended: Option<MendedView>,
    refused: Option<Refused>,
) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let view = ReconciliationView::read(&mut tx, search, caller, chrono::Utc::now()).await?;
    drop(tx);
    let follows = matches!(&view.shown, ShownList::Mirror(proof) if proof.under_way);
    let html = asking.write(state, "Reconciliation", || app::reconciliation::page(view, mended, refused)).await?;
    Ok(answer(html, follows))
}

pub async fn one(
    asking: Asking,
    Shared(state): Shared<State>,
    Path(id): Path<i64>,
    Query(done): Query<Repairs>,
) -> Result<Response, Stop> {
    let caller = asking.to(Permission::ReadMirror)?;
    let search = done.page.map(|page| format!("page={page}")).unwrap_or_default();
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let view = RunView::read(&mut tx, id, &search, caller, chrono::Utc::now()).await?.ok_or(Stop::NotFound)?;
    drop(tx);
    let told = done.repaired.map(|repaired| match done.failed.unwrap_or_default() {
        0 => format!("{repaired} repaired."),
        failed => format!("{repaired} repaired, {failed} could not be."),
    });
    let follows = view.under_way;
    let html = asking.write(&state, &format!("Comparison {id}"), || app::reconciliation::run(view, told)).await?;
    Ok(answer(html, follows))
}

pub async fn compare(asking: Asking, Shared(state): Shared<State>) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::RunSync)?;
    let id = current_request_id();
    let request = Request { by: caller.into(), source: Source::Screen, request_id: Some(&id) };
    check::start(&state.services, &caller.actor(), &request).await?;
    Ok(Redirect::to(PATH))
}

pub async fn mend(
    asking: Asking,
    Shared(state): Shared<State>,
    form: Result<Form<Which>, FormRejection>,
) -> Result<Redirect, Stop> {
    let caller = asking.person(Permission::RunSync)?.clone();
    let Form(Which { id }) = form.map_err(|_| Stop::invalid("The form could not be read."))?;
    let (services, request_id) = (state.services.clone(), current_request_id());
    // Repairs are not left half done by a browser that goes away.
    let repairing = tokio::spawn(async move {
        let request = Request { by: (&caller).into(), source: Source::Screen, request_id: Some(&request_id) };
        repair::repair(&services, caller.tenant, id, &request).await
    });
    let lost = |_| Stop::Refused(StatusCode::INTERNAL_SERVER_ERROR, "The repair ended in the middle.".into());
    let done = repairing.await.map_err(lost)??;
    Ok(Redirect::to(&format!("{RUNS}/{id}?repaired={}&failed={}", done.repaired, done.failed)))
}

impl From<SyncError> for Stop {
    fn from(error: SyncError) -> Stop {
        match error {
            SyncError::Db(error) => Stop::Broken(error),
            other => Stop::Refused(StatusCode::CONFLICT, other.to_string()),
        }
    }
}
