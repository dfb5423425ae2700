//! A job that fails is told: once, to whom it concerns, ten an hour one by one.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::scene::{Scene, env, number, sql};
use crate::support::{Api, Host, client, until};

const PASSWORD: &str = "correct horse battery staple";

/// A person with a session.
struct Person {
    api: Api,
    cookie: String,
}

impl Person {
    async fn sign_in(host: &Host, email: &str) -> Person {
        let http = client();
        let body = json!({"email": email, "password": PASSWORD});
        let request = http.post(format!("{}/api/session", host.url)).header("origin", &host.url).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 204);
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Person { api: Api::new(&host.url, ""), cookie }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.api.base);
        let request = self.api.http.request(method.parse().unwrap(), url);
        let mut request = request.header("cookie", &self.cookie).header("origin", &self.api.base);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn list(&self) -> Value {
        let (status, body) = self.ask("GET", "/api/notifications?limit=100", None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn form(&self, path: &str, body: &'static str) -> u16 {
        let request = self.api.http.post(format!("{}{path}", self.api.base)).header("cookie", &self.cookie);
        let request = request.header("origin", &self.api.base).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().status().as_u16()
    }
}

/// So many jobs that fail at once.
async fn fail(scene: &Scene, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let job = json!({"type": "probe", "payload": {"failTimes": 9}, "maxAttempts": 1});
        ids.push(scene.enqueue(job).await.expect(201)["id"].as_i64().unwrap());
    }
    for id in &ids {
        scene.reaches(*id, "failed", 20).await;
    }
    ids
}

async fn told(scene: &Scene) {
    until("everything is told", 20, async || {
        (number(&scene.env, "select count(*) from app.notification_events").await == 0).then_some(())
    })
    .await;
}

fn titles(list: &Value) -> Vec<&str> {
    list["notifications"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_failed_job_is_told_to_admins_once_and_read_by_its_reader_alone() {
    let scene = Scene::new(&[]).await;
    for (email, role) in
        [("ana@north.example", "admin"), ("bo@north.example", "admin"), ("mo@north.example", "manager")]
    {
        scene.tenant.new_person(email, role, PASSWORD).await;
    }
    let south = crate::support::Tenant::create(&scene.env, "south").await;
    south.new_person("sue@south.example", "admin", PASSWORD).await;
    let (ana, bo) = (
        Person::sign_in(&scene.host, "ana@north.example").await,
        Person::sign_in(&scene.host, "bo@north.example").await,
    );
    let id = fail(&scene, 1).await[0];
    told(&scene).await;
    let list = ana.list().await;
    assert_eq!((titles(&list), &list["unread"]), (vec![format!("Job {id} failed: probe").as_str()], &json!(1)));
    let row = &list["notifications"][0];
    assert_eq!((&row["href"], &row["body"]), (&json!(format!("/jobs/{id}")), &json!("told to fail: attempt 1")));
    for nobody in ["mo@north.example", "sue@south.example"] {
        let list = Person::sign_in(&scene.host, nobody).await.list().await;
        assert_eq!(list["pagination"]["totalCount"], 0, "{nobody}");
    }
    assert_eq!(scene.api.get("/api/notifications").await.status, 403, "a key is no person");

    // Ana's own, by its id, is not Bo's to mark.
    let read = json!({"ids": [row["id"]]});
    assert_eq!(bo.ask("POST", "/api/notifications/read", Some(read.clone())).await.1, json!({"count": 0}));
    assert_eq!(ana.ask("POST", "/api/notifications/read", Some(read)).await.1, json!({"count": 1}));
    assert_eq!((&ana.list().await["unread"], &bo.list().await["unread"]), (&json!(0), &json!(1)));
    assert_eq!(bo.ask("POST", "/api/notifications/read", Some(json!({"all": true}))).await.1, json!({"count": 1}));
    for wrong in [json!({}), json!({"ids": []}), json!({"ids": [1], "all": true}), json!({"ids": ["x"]})] {
        assert_eq!(ana.ask("POST", "/api/notifications/read", Some(wrong.clone())).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_host_that_dies_after_a_failure_leaves_it_to_be_told_once_and_a_lost_worker_is_told_too() {
    let scene = Scene::new(&["--no-worker"]).await;
    scene.tenant.new_person("ana@north.example", "admin", PASSWORD).await;
    // As a worker leaves it that dies right after the statement, and one that dies in its last attempt.
    let t = &scene.tenant.id;
    sql(&scene.env, &format!("insert into app.notification_events (tenant_id, kind, job_id, job_type) values ('{t}', 'job_failed', 77, 'probe')")).await;
    sql(&scene.env, &format!("insert into app.jobs (tenant_id, type, status, attempts, max_attempts, lease_token, lease_until, started_at)
        values ('{t}', 'probe', 'processing', 1, 1, gen_random_uuid(), now() - interval '1 minute', now())")).await;
    let others = [Host::start(&scene.env).await, Host::start(&scene.env).await];
    told(&scene).await;
    until("the lost job is told", 20, async || {
        (number(&scene.env, "select count(*) from app.notifications").await >= 2).then_some(())
    })
    .await;
    drop(others);
    let list = Person::sign_in(&scene.host, "ana@north.example").await.list().await;
    let lost = number(&scene.env, "select id from app.jobs where status = 'failed'").await;
    assert_eq!(titles(&list), [format!("Job {lost} failed: probe").as_str(), "Job 77 failed: probe"]);
}

#[tokio::test]
async fn from_the_eleventh_within_an_hour_one_counts_on() {
    let scene = Scene::new(&["--no-worker"]).await;
    scene.tenant.new_person("ana@north.example", "admin", PASSWORD).await;
    let ana = Person::sign_in(&scene.host, "ana@north.example").await;
    let many = |count: usize| {
        format!(
            "insert into app.jobs (tenant_id, type, payload, max_attempts) select '{}', 'probe', '{{\"failTimes\": 9}}', 1 from generate_series(1, {count})",
            scene.tenant.id
        )
    };
    for (more, total, newest) in [(12, 11, "2 more jobs failed"), (21, 11, "23 more jobs failed")] {
        sql(&scene.env, &many(more)).await;
        scene.api.post("/api/jobs/process?maxJobs=100").await.expect(200);
        let list = ana.list().await;
        assert_eq!((&list["pagination"]["totalCount"], titles(&list)[0]), (&json!(total), newest));
        assert_eq!(list["notifications"][0]["href"], "/jobs?status=failed");
        assert!(list["notifications"][0]["readAt"].is_null(), "it is news again");
        ana.ask("POST", "/api/notifications/read", Some(json!({"all": true}))).await;
    }
    sql(&scene.env, "update app.notifications set created_at = created_at - interval '61 minutes'").await;
    sql(&scene.env, &many(1)).await;
    scene.api.post("/api/jobs/process").await.expect(200);
    assert!(titles(&ana.list().await)[0].starts_with("Job "), "another hour");
}

#[tokio::test]
async fn a_person_switches_off_what_they_do_not_want() {
    let scene = Scene::new(&[]).await;
    scene.tenant.new_person("ana@north.example", "admin", PASSWORD).await;
    scene.tenant.new_person("bo@north.example", "admin", PASSWORD).await;
    let (ana, bo) = (
        Person::sign_in(&scene.host, "ana@north.example").await,
        Person::sign_in(&scene.host, "bo@north.example").await,
    );
    assert_eq!(ana.form("/rpc/notifications/set", "by_mail=true").await, 200);
    fail(&scene, 1).await;
    told(&scene).await;
    assert_eq!((&ana.list().await["unread"], &bo.list().await["unread"]), (&json!(0), &json!(1)));
    let audited = "select count(*) from app.audit_log where entity_type = 'notification settings' and action = 'set'";
    assert_eq!(number(&scene.env, audited).await, 1);
    assert_eq!(ana.form("/rpc/notifications/set", "job_failed=true&by_mail=true").await, 200);
    fail(&scene, 1).await;
    told(&scene).await;
    assert_eq!(ana.list().await["unread"], 1);
}

/// A mail server that takes everything but its first mail, and keeps it.
async fn mail_server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mails = Arc::<Mutex<Vec<String>>>::default();
    let kept = mails.clone();
    tokio::spawn(async move {
        let mut refused = false;
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            stream.write_all(b"220 test\r\n").await.unwrap();
            let (mut line, mut mail, mut in_data) = (String::new(), String::new(), false);
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                let answer = match (in_data, line.trim_end()) {
                    (true, ".") => {
                        in_data = false;
                        kept.lock().unwrap().push(std::mem::take(&mut mail));
                        "250 taken"
                    }
                    (true, _) => {
                        mail.push_str(&line);
                        ""
                    }
                    (false, "DATA") => {
                        in_data = true;
                        "354 go on"
                    }
                    (false, text) if text.starts_with("RCPT") && !std::mem::replace(&mut refused, true) => "451 later",
                    (false, text) if text.starts_with("QUIT") => "221 bye",
                    _ => "250 fine",
                };
                if !answer.is_empty() && stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                    break;
                }
                line.clear();
            }
        }
    });
    (format!("smtp://{address}"), mails)
}

#[tokio::test]
async fn who_wants_mail_is_written_to_and_a_server_that_refuses_is_tried_again() {
    let (url, mails) = mail_server().await;
    let env =
        env().await.with("BACKLINE_SMTP_URL", &url).with("BACKLINE_SMTP_FROM", "Backline <backline@host.example>");
    let scene = Scene::on(env, &[]).await;
    scene.tenant.new_person("ana@north.example", "admin", PASSWORD).await;
    scene.tenant.new_person("bo@north.example", "admin", PASSWORD).await;
    sql(
        &scene.env,
        "insert into app.notification_settings (tenant_id, person_id, by_mail)
         select m.tenant_id, m.person_id, false from app.memberships m join app.people p on p.id = m.person_id where p.email like 'bo@%'",
    )
    .await;
    let id = fail(&scene, 1).await[0];
    let mail = until("a mail has come", 20, async || mails.lock().unwrap().first().cloned()).await;
    for line in [
        "From: Backline <backline@host.example>",
        &format!("Subject: Job {id} failed: probe"),
        "told to fail: attempt 1",
    ] {
        assert!(mail.contains(line), "{line}: {mail}");
    }
    assert!(mail.contains("ana@north.example") && !mail.contains("bo@north.example"), "{mail}");
    let job = number(&scene.env, "select id from app.jobs where type = 'notify_mail'").await;
    let job = scene.reaches(job, "completed", 10).await;
    assert_eq!((&job["attempts"], &job["error"]), (&json!(2), &json!("the mail server did not take it: 451")));
    assert_eq!(mails.lock().unwrap().len(), 1);
}

/// A receiver of messages; it answers with this status.
async fn receiver(status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bodies = Arc::<Mutex<Vec<String>>>::default();
    let kept = bodies.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
                if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            kept.lock().unwrap().push(String::from_utf8(body).unwrap());
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (format!("http://{address}/services/T0/B0/hush"), bodies)
}

async fn set_webhook(ana: &Person, url: &str) -> u16 {
    let url = url.replace(':', "%3A").replace('/', "%2F");
    ana.form("/rpc/settings/set-webhook", Box::leak(format!("url={url}").into_boxed_str())).await
}

#[tokio::test]
async fn the_tenants_webhook_is_told_and_its_address_is_nowhere() {
    let (url, bodies) = receiver("200 OK").await;
    let scene = Scene::on(env().await.with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1"), &[]).await;
    scene.tenant.new_person("ana@north.example", "admin", PASSWORD).await;
    let ana = Person::sign_in(&scene.host, "ana@north.example").await;
    assert_eq!(set_webhook(&ana, &url).await, 200);
    let id = fail(&scene, 1).await[0];
    let body = until("the webhook is told", 20, async || bodies.lock().unwrap().first().cloned()).await;
    let text = json!({"text": format!("Job {id} failed: probe\ntold to fail: attempt 1")});
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), text);

    // One that refuses fails its job, which the bell tells and nothing is sent of.
    let (url, refused) = receiver("410 Gone").await;
    assert_eq!(set_webhook(&ana, &url).await, 200);
    fail(&scene, 1).await;
    let failed = "select count(*) from app.jobs where type = 'notify_slack' and status = 'failed'";
    until("the message has failed", 20, async || (number(&scene.env, failed).await == 1).then_some(())).await;
    told(&scene).await;
    let list = ana.list().await;
    assert_eq!(list["unread"], 3, "{list}");
    assert_eq!(list["notifications"][0]["body"], "the webhook answered 410");
    assert_eq!(refused.lock().unwrap().len(), 1);
    let log = scene.host.log();
    let page = ana.api.http.get(format!("{}/settings/connection", scene.host.url)).header("cookie", &ana.cookie);
    let page = page.send().await.unwrap().text().await.unwrap();
    let dump = "select coalesce(sum(position('hush' in t)), 0) from (select row_to_json(a)::text t from app.audit_log a
        union all select row_to_json(j)::text from app.jobs j union all select row_to_json(n)::text from app.notifications n) x";
    assert!(
        page.contains("kept sealed")
            && !page.contains("hush")
            && !log.contains("hush")
            && !list.to_string().contains("hush")
    );
    assert_eq!(number(&scene.env, dump).await, 0);
    assert_eq!(ana.form("/rpc/settings/remove-webhook", "").await, 200);
    assert_eq!(number(&scene.env, "select count(*) from app.notification_webhooks").await, 0);
}

#[tokio::test]
async fn a_webhook_in_the_hosts_own_network_is_neither_kept_nor_told() {
    let scene = Scene::new(&["--no-worker"]).await;
    scene.tenant.new_person("ana@north.example", "admin", PASSWORD).await;
    let ana = Person::sign_in(&scene.host, "ana@north.example").await;
    let (url, bodies) = receiver("200 OK").await;
    for private in [url.as_str(), "https://127.0.0.1/x", "https://localhost/x", "https://169.254.169.254/x", "ftp://x"]
    {
        assert_eq!(set_webhook(&ana, private).await, 400, "{private}");
    }
    assert_eq!(number(&scene.env, "select count(*) from app.notification_webhooks").await, 0);
    // Kept while it was allowed: looked at again when it is told.
    let open = Host::start_with(&scene.env.clone().with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1"), &["--no-worker"]).await;
    let there = Person::sign_in(&open, "ana@north.example").await;
    assert_eq!(set_webhook(&there, &url).await, 200);
    let job = json!({"type": "probe", "payload": {"failTimes": 9}, "maxAttempts": 1});
    scene.enqueue(job).await.expect(201);
    for _ in 0..2 {
        scene.api.post("/api/jobs/process").await.expect(200);
    }
    let sent = number(&scene.env, "select id from app.jobs where type = 'notify_slack'").await;
    assert_eq!(scene.reaches(sent, "failed", 5).await["error"], "the address is not public");
    assert!(bodies.lock().unwrap().is_empty());
}
