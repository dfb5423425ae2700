//! Server functions of the Jobs screen. Those that change something answer plain forms.

use domain::jobs::{JobView, JobsView};
use leptos::prelude::*;
use server_fn::codec::Postcard;

use crate::AppError;
use crate::settings::told::Told;

/// The screen that an address asks for: `search` is what stands behind its question mark.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/list")]
pub async fn jobs(search: String) -> Result<JobsView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    Ok(services.jobs.screen(&caller, &search, chrono::Utc::now()).await?)
}

/// One job.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/read")]
pub async fn job(id: i64) -> Result<JobView, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::ReadMirror)?;
    let mut tx = services.db.tenant_tx(&caller.actor()).await.map_err(domain::db::DbError::from)?;
    let read = JobView::read(&mut tx, id, &caller, chrono::Utc::now()).await;
    read.map_err(domain::db::DbError::from)?.ok_or_else(|| crate::host::not_found("job"))
}

/// Sends a failed or cancelled job back to the queue.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/retry")]
pub async fn retry_job(id: i64) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    services.jobs.retry(&crate::host::change(&caller, request_id.as_deref()), id).await?;
    crate::settings::note::tell(&caller, &services, Told::plain(format!("Job {id} is back in the queue.")))
}

/// Cancels a job that waits, and asks one that is worked on to stop.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/cancel")]
pub async fn cancel_job(id: i64) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let was = services.jobs.cancel(&crate::host::change(&caller, request_id.as_deref()), id).await?;
    let text = match was {
        domain::jobs::JobStatus::Pending => format!("Job {id} is cancelled."),
        _ => format!("Job {id} is asked to stop."),
    };
    crate::settings::note::tell(&caller, &services, Told::plain(text))
}

/// Sends all failed or cancelled jobs of a filter back to the queue.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/retry-all")]
pub async fn retry_jobs(
    status: String,
    #[server(default)] kind: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let filter = super::host::filter(&caller, [&status, &kind, &from, &to])?;
    let request_id = crate::host::request_id();
    let change = crate::host::change(&caller, request_id.as_deref());
    let count = services.jobs.retry_all(&change, &filter, false).await?;
    leptos_axum::redirect("/jobs?status=pending");
    let text =
        if count == 1 { "1 job is back in the queue.".into() } else { format!("{count} jobs are back in the queue.") };
    crate::settings::note::tell(&caller, &services, Told::plain(text))
}

/// Changes when a schedule runs, or whether; what is absent stays.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/set-schedule")]
pub async fn set_schedule(
    id: i64,
    #[server(default)] cron: Option<String>,
    #[server(default)] enabled: Option<bool>,
) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = crate::host::change(&caller, request_id.as_deref());
    let typed = cron.clone().unwrap_or_default();
    let set = domain::jobs::schedule::NewSchedule { cron: cron.map(|cron| cron.trim().to_owned()), enabled };
    let outcome = services.jobs.set_schedule(&change, id, &set).await;
    crate::settings::note::or_typed(&caller, &services, &[("cron", &typed)], outcome)?;
    let text = match enabled {
        Some(true) => "The schedule runs again.",
        Some(false) => "The schedule is paused.",
        None => "The schedule is changed.",
    };
    crate::settings::note::tell(&caller, &services, Told::plain(text))
}

/// Enqueues a schedule's job now, and leads to it.
#[server(prefix = "/rpc", output = Postcard, endpoint = "jobs/run-schedule")]
pub async fn run_schedule(id: i64) -> Result<Told, AppError> {
    let (caller, services) = crate::host::authorise(domain::identity::Permission::Administer)?;
    let request_id = crate::host::request_id();
    let change = crate::host::change(&caller, request_id.as_deref());
    let job = services.jobs.run_schedule(&change, id).await?;
    leptos_axum::redirect(&format!("/jobs/{job}"));
    crate::settings::note::tell(&caller, &services, Told::plain("The schedule's job is in the queue."))
}
