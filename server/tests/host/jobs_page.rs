//! The Jobs screen without WASM: what staff read, what admins do with plain forms, and what is refused at its field.

use super::browser::PASSWORD;
use super::plain::{Plain, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

async fn stage(env: &Env) -> (Host, Plain) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    north.new_person("bo@north.example", "rep", PASSWORD).await;
    let host = Host::start_with(env, &["--no-worker"]).await;
    sql(env.url(), "update schedules set enabled = true where name = 'nightly-sweep'").await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    (host, ana)
}

/// Jobs of the tenant; gives the id of the first.
async fn jobs(env: &Env, status: &str, count: u32, more: &str) -> String {
    let text = format!(
        "with made as (insert into jobs (tenant_id, type, status, payload, errors, completed_at)
            select t.id, 'clean_up', '{status}', '{{\"days\": \"<b>30\"}}', '[{{\"attempt\": 1, \"at\": \"2026-11-21T10:00:00Z\", \"error\": \"<img src=x> {more}\"}}]',
                case when '{status}' in ('pending', 'processing') then null else now() end
            from tenants t, generate_series(1, {count}) where t.slug = 'north' returning id) select min(id) from made"
    );
    sql(env.url(), &text).await
}

#[tokio::test]
async fn a_reader_sees_the_queue_and_is_offered_nothing() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let id = jobs(&env, "failed", 2, "no route").await;
    let mut bo = Plain::sign_in(&host.url, "bo@north.example").await;
    for path in ["/jobs".to_owned(), "/jobs?status=failed&again=1&schedule=1".into(), format!("/jobs/{id}")] {
        let page = bo.get(&path).await;
        let main = shown(&page);
        assert_eq!(page.status, 200, "{path}: {main}");
        assert!(main.contains("no route") && main.contains("&lt;img src=x&gt;"), "{path}: {main}");
        assert!(!main.contains("method=\"post\"") && !main.contains("again=1"), "{path}: {main}");
    }
    for (function, form) in [("retry", format!("id={id}")), ("retry-all", "status=failed".into())] {
        let seen = bo.script().call(&format!("/rpc/jobs/{function}"), &form).await;
        assert_eq!(seen.status, 403, "{function}");
    }
    assert_eq!(sql(env.url(), "select count(*) from jobs where status = 'failed'").await, "2");
}

#[tokio::test]
async fn a_failed_job_goes_back_and_a_pending_one_is_cancelled() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    let id = jobs(&env, "failed", 1, "no route").await;
    let path = format!("/jobs/{id}");
    let page = ana.get(&path).await;
    assert!(shown(&page).contains("/rpc/jobs/retry") && !shown(&page).contains("/rpc/jobs/cancel"));
    let page = ana.post_to(&path, "/rpc/jobs/retry", &format!("id={id}")).await;
    assert!(shown(&page).contains(&format!("Job {id} is back in the queue.")), "{}", shown(&page));
    assert!(shown(&page).contains("Pending") && shown(&page).contains("/rpc/jobs/cancel"), "{}", shown(&page));
    let page = ana.post_to(&path, "/rpc/jobs/cancel", &format!("id={id}")).await;
    assert!(shown(&page).contains(&format!("Job {id} is cancelled.")), "{}", shown(&page));
    let page = ana.post_to(&path, "/rpc/jobs/cancel", &format!("id={id}")).await;
    assert!(shown(&page).contains("The job is cancelled already."), "{}", shown(&page));
    let audited =
        "select string_agg(action || ' ' || entity_id, ', ' order by id) from audit_log where entity_type = 'job'";
    assert_eq!(sql(env.url(), audited).await, format!("retry {id}, cancel {id}"));
}

#[tokio::test]
async fn all_failed_of_a_filter_go_back_after_a_question_with_their_number() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    jobs(&env, "failed", 3, "").await;
    jobs(&env, "cancelled", 2, "").await;
    sql(env.url(), "insert into jobs (tenant_id, type, status) select id, 'other', 'failed' from tenants").await;
    let main = ana.get("/jobs?type=clean_up").await;
    assert!(shown(&main).contains("Try again all failed of this list"), "{}", shown(&main));
    assert!(!shown(&main).contains("/rpc/jobs/retry-all"), "the question comes first");
    let asked = ana.get("/jobs?type=clean_up&status=failed&again=1").await;
    assert!(shown(&asked).contains("3 failed jobs go back to the queue with all their attempts."), "{}", shown(&asked));
    assert!(shown(&asked).contains("name=\"kind\" value=\"clean_up\""), "{}", shown(&asked));
    let place = "/jobs?type=clean_up&status=failed&again=1";
    let page = ana.post_to(place, "/rpc/jobs/retry-all", "status=failed&kind=clean_up").await;
    assert!(shown(&page).contains("3 jobs are back in the queue."), "{}", shown(&page));
    let left = "select string_agg(type || ' ' || status || ' ' || n, ', ' order by type, status) from (select type, status, count(*) n from jobs group by 1, 2) c";
    assert_eq!(sql(env.url(), left).await, "clean_up cancelled 2, clean_up pending 3, other failed 1");
}

#[tokio::test]
async fn a_schedule_is_changed_paused_and_run_and_a_wrong_time_is_refused_at_its_field() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    let id = sql(env.url(), "select id from schedules where name = 'nightly-sweep'").await;
    let place = format!("/jobs?schedule={id}");
    let page = ana.get(&place).await;
    assert!(shown(&page).contains("every day at 02:00"), "{}", shown(&page));
    let function = "/rpc/jobs/set-schedule";
    let page = ana.post_to(&place, function, &format!("id={id}&cron=every+day")).await;
    let main = shown(&page);
    assert!(main.contains("id=\"cron-error\"") && main.contains("value=\"every day\""), "{main}");
    assert_eq!(main.matches("class=\"error\"").count(), 1, "{main}");
    let page = ana.post_to(&place, function, &format!("id={id}&cron=15+4+*+*+1-5")).await;
    assert!(shown(&page).contains("Monday to Friday at 04:15"), "{}", shown(&page));
    let page = ana.post_to(&place, function, &format!("id={id}&enabled=false")).await;
    assert!(shown(&page).contains("The schedule is paused.") && shown(&page).contains("Resume"), "{}", shown(&page));
    let page = ana.post_to(&place, "/rpc/jobs/run-schedule", &format!("id={id}")).await;
    assert!(
        shown(&page).contains("The schedule&#x27;s job is in the queue.")
            || shown(&page).contains("The schedule's job is in the queue."),
        "{}",
        shown(&page)
    );
    assert!(
        shown(&page).contains("nightly-sweep"),
        "it leads to the job, whose key says whose it is: {}",
        shown(&page)
    );
    let audited = "select string_agg(action, ', ' order by id) from audit_log where entity_type = 'schedule'";
    assert_eq!(sql(env.url(), audited).await, "set, set, run");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_says_what_is_wrong() {
    let env = Env::fresh().await;
    let (_host, mut ana) = stage(&env).await;
    for (path, field) in [("/jobs?status=open", "status"), ("/jobs?from=soon", "from"), ("/jobs?q=x", "q")] {
        let page = ana.get(path).await;
        assert_eq!(page.status, 400, "{path}");
        assert!(shown(&page).contains(&format!("{field}: ")) && shown(&page).contains("href=\"/jobs\""), "{path}");
    }
    assert_eq!(ana.get("/jobs?page=99999").await.status, 200, "a page behind the last shows the last");
}
