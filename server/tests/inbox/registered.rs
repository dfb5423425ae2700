//! Registering with the source, and what it then posts by itself: also twice, late, out of order, or never.

use serde_json::{Value, json};

use crate::scene::{env, number};
use crate::support::{Env, Host, Stand, Tenant, faults, patch, until};

/// A host that says where it can be reached: a port that nobody else has, since its own is only known once it is up.
async fn reachable() -> (Env, Host, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // A name that leads to this machine, and does not say so.
    let public = format!("http://127.0.0.1.nip.example:{port}");
    let env = env().await.with("BACKLINE_ADDR", &format!("127.0.0.1:{port}")).with("BACKLINE_PUBLIC_URL", &public);
    let host = Host::start(&env).await;
    (env, host, public)
}

async fn register(env: &Env, args: &[&str]) -> Value {
    let said = env.backline_ok(&[&["webhook", "register", "--tenant", "north"], args].concat(), "").await;
    serde_json::from_str(&said).unwrap()
}

#[tokio::test]
async fn what_is_missing_is_registered_and_what_is_wrong_mended() {
    let (env, host, public) = reachable().await;
    let stand = Stand::of(3, &[]).await;
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let looked = register(&env, &["--dry-run"]).await;
    assert_eq!((&looked["created"], &looked["events"]["opportunity_create"]), (&json!(0), &json!("missing")));
    assert_eq!(looked["problem"], Value::Null);
    let done = register(&env, &[]).await;
    assert_eq!((&done["created"], &done["repaired"]), (&json!(21), &json!(0)));
    let hooks = |stand: &Stand| {
        let account = stand.account.clone();
        account.webhooks()
    };
    let first = hooks(&stand);
    assert_eq!(first.len(), 21);
    let beginning = format!("{public}/api/webhooks/current-rms/");
    assert!(first.iter().all(|hook| hook.active && hook.target_url.starts_with(&beginning)));
    assert!(first.iter().all(|hook| hook.target_url.ends_with(&format!("/{}", hook.event))));
    let again = register(&env, &[]).await;
    assert_eq!((&again["created"], &again["repaired"]), (&json!(0), &json!(0)));
    assert_eq!(hooks(&stand), first, "nothing to do, nothing done");
    // Somebody switched one off, and one was deleted.
    stand.account.switch_webhook(first[0].id, false);
    stand.account.remove_webhook(first[1].id);
    let mut api = host.api(&tenant.new_key(&["admin"]).await);
    // The name is nobody's: a test knows where the host is.
    api.base = format!("http://127.0.0.1:{}", public.rsplit_once(':').unwrap().1);
    let looked = api.get("/api/webhooks/registration").await.expect(200);
    let standing = |event: &str| looked["events"][event].as_str().unwrap().to_owned();
    assert_eq!((standing(&first[0].event).as_str(), standing(&first[1].event).as_str()), ("wrong", "missing"));
    let mended = api.post("/api/webhooks/registration").await.expect(200);
    assert_eq!((&mended["created"], &mended["repaired"]), (&json!(1), &json!(20)));
    let last = register(&env, &["--dry-run"]).await;
    assert!(last["events"].as_object().unwrap().values().all(|standing| standing == "right"), "{last}");
    assert_eq!(number(&env, "select count(*) from app.webhook_tokens where revoked_at is null").await, 1);
    assert_eq!(number(&env, "select count(*) from app.audit_log where action = 'register'").await, 2);
}

#[tokio::test]
async fn without_an_address_that_others_reach_nothing_is_registered() {
    let env = env().await;
    let host = Host::start(&env).await;
    let stand = Stand::of(3, &[]).await;
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let said = env.backline(&["webhook", "register", "--tenant", "north"], "").await;
    assert_eq!(said.exit, 1);
    assert!(said.err.contains("NO_PUBLIC_URL"), "{}", said.err);
    let looked = register(&env, &["--dry-run"]).await;
    assert!(looked["problem"].as_str().unwrap().contains("BACKLINE_PUBLIC_URL"), "{looked}");
    let api = host.api(&tenant.new_key(&["admin"]).await);
    assert_eq!(api.post("/api/webhooks/registration").await.code(409), "NO_PUBLIC_URL");
    assert!(stand.account.webhooks().is_empty());
}

#[tokio::test]
async fn what_the_source_posts_keeps_the_mirror_equal_also_twice_and_out_of_order() {
    let scene = crate::scene::Scene::new(60).await;
    let ids = scene.stand.ids_in_scope();
    scene.stand.account.set_faults(faults(&["webhook-duplicate=0.3", "webhook-late=300", "webhook-retry=200"]));
    for event in ["opportunity_update", "opportunity_create", "opportunity_destroy", "opportunity_mark_as_lost"] {
        scene.stand.account.register_webhook(event, &scene.door.url);
    }
    for (n, id) in ids.iter().enumerate().take(40) {
        scene.stand.account.change(*id, patch(json!({"subject": format!("posted {n}")})));
        scene.stand.account.change(*id, patch(json!({"subject": format!("posted again {n}")})));
    }
    scene.stand.account.delete(ids[41]);
    let new = scene.stand.account.create(patch(json!({"subject": "fresh"})));
    until("all of it is in the mirror", 30, async || {
        let open = number(&scene.env, "select count(*) from app.webhook_events where state <> 'processed'").await;
        let all = number(&scene.env, "select count(*) from app.webhook_events").await;
        (open == 0 && all == 82).then_some(())
    })
    .await;
    for (n, id) in ids.iter().enumerate().take(40) {
        assert_eq!(scene.opportunity(*id).await["subject"], format!("posted again {n}"));
    }
    assert!(!scene.opportunity(ids[41]).await["deleted_at"].is_null());
    assert_eq!(scene.opportunity(new).await["subject"], "fresh");
    let times = number(&scene.env, "select sum(times)::bigint from app.webhook_seen").await;
    assert!(times > 82, "some came twice: {times}");
}

#[tokio::test]
async fn what_was_refused_is_posted_again_by_the_source() {
    let scene = crate::scene::Scene::new(20).await;
    let id = scene.stand.ids_in_scope()[0];
    scene.stand.account.set_faults(faults(&["webhook-retry=100", "webhook-capital=1"]));
    scene.stand.account.register_webhook("opportunity_update", &format!("{}x", scene.door.url));
    scene.stand.account.change(id, patch(json!({"subject": "again and again"})));
    until("it was tried twice", 10, async || (scene.stand.account.deliveries().len() >= 2).then_some(())).await;
    assert!(scene.stand.account.deliveries().iter().all(|tried| tried.status == Some(404)));
}
