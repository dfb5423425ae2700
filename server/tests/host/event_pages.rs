//! The pages of events and endpoints without WASM: what they show to whom, what of hostile bytes, and what their forms do.

use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, PASSWORD, Seen};
use super::plain::{Plain, secret, shown};
use super::psql::sql;
use super::support::{Env, Host, Stand, Tenant};

struct Stage {
    env: Env,
    host: Host,
    ana: Plain,
}

async fn stage() -> Stage {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    north.new_person("bo@north.example", "rep", PASSWORD).await;
    let host = Host::start_with(&env, &["--no-worker"]).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    Stage { env, host, ana }
}

async fn post(plain: &Plain, path: &str, form: &str) -> Seen {
    let form = form.to_owned();
    let send = |request: reqwest::RequestBuilder| {
        request.header("content-type", "application/x-www-form-urlencoded").body(form)
    };
    plain.script().send(Method::POST, path, send).await
}

/// Makes an endpoint by its form and gives the path of its address.
async fn endpoint(stage: &Stage) -> String {
    let made = post(&stage.ana, "/settings/endpoints", "provider=current-rms&label=&silent_after=").await;
    assert_eq!(made.status, 200, "{}", made.text);
    secret(&made).replace(&stage.host.url, "")
}

/// Posts a body as a provider does.
async fn deliver(stage: &Stage, address: &str, body: impl Into<reqwest::Body>) -> Seen {
    let body = body.into();
    Browser::anonymous(&stage.host.url).send(Method::POST, address, |request| request.body(body)).await
}

/// An action, and the id that its event got.
async fn action(stage: &Stage, address: &str, id: i64, kind: &str, name: &str) -> String {
    let body = json!({"action": {
        "id": id, "subject_id": 40 + id, "subject_type": "Opportunity", "member_id": 1, "action_type": kind,
        "name": name, "member": {"name": "Mia <b>Muster"}, "note": "</script><script>alert(1)</script>",
    }});
    let seen = deliver(stage, address, body.to_string()).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    seen.json()["eventId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_list_is_narrowed_by_its_address_and_says_what_it_cannot_read() {
    let mut stage = stage().await;
    let page = stage.ana.get("/events").await;
    assert!(shown(&page).contains("Nothing has arrived yet") && shown(&page).contains("href=\"/settings/endpoints\""));
    assert!(page.text.contains("href=\"/events\" rel=\"external\" aria-current=\"page\""), "{}", page.text);
    let mut bo = Plain::sign_in(&stage.host.url, "bo@north.example").await;
    assert!(!shown(&bo.get("/events").await).contains("/settings/endpoints"), "he could not open it");

    let address = endpoint(&stage).await;
    let first = action(&stage, &address, 1, "confirm", "Summer fair").await;
    let second = action(&stage, &address, 2, "frobnicate", "Winter fair").await;
    assert_eq!(deliver(&stage, &address, "no json").await.status, 400);
    let page = stage.ana.get("/events").await;
    for tab in ["All 3", "Received 1", "Ignored 1", "Quarantined 1", "Dead 0"] {
        assert!(shown(&page).contains(&format!(">{tab}<")), "{tab}: {}", shown(&page));
    }
    assert!(shown(&page).contains("3 events") && shown(&page).contains("href=\"/opportunities/41\""));
    assert_eq!(page.header("refresh"), "", "somebody may be typing");
    for (query, holds) in [
        ("state=ignored", [false, true]),
        ("type=confirm", [true, false]),
        ("opportunity=42", [false, true]),
        ("q=summer", [true, false]),
        ("q=mia", [true, true]),
        ("from=2099-01-01", [false, false]),
        ("to=2099-01-01&page=9", [true, true]),
    ] {
        let page = stage.ana.get(&format!("/events?{query}")).await;
        let found = [&first, &second].map(|id| shown(&page).contains(&format!("href=\"/events/{id}\"")));
        assert_eq!(found, holds, "{query}: {}", shown(&page));
        assert_eq!(shown(&page).contains("Nothing fits these filters."), holds == [false, false], "{query}");
        assert!(shown(&page).contains("Remove the filter "), "{query}");
    }
    for (query, words) in [
        ("state=open", "State: expected"),
        ("opportunity=x", "Opportunity: expected"),
        ("to=x", "To: expected"),
        ("size=1", "Size: is no"),
    ] {
        let page = stage.ana.get(&format!("/events?{query}")).await;
        assert!(page.status == 400 && shown(&page).contains(words), "{query}: {}", shown(&page));
        assert!(shown(&page).contains("href=\"/events\""), "{query}");
    }
    let page = stage.ana.get("/events?state=ignored&live=1").await;
    assert_eq!(page.header("refresh"), "3");
    assert!(!shown(&page).contains("<form") && shown(&page).contains("href=\"/events?state=ignored\""));
}

#[tokio::test]
async fn hostile_text_is_text_and_a_rep_sees_neither_names_nor_payload() {
    let mut stage = stage().await;
    let address = endpoint(&stage).await;
    let good = action(&stage, &address, 1, "confirm", "<img src=x onerror=alert(1)>").await;
    let refused = deliver(&stage, &address, b"<script>alert(2)</script>\0\xff".to_vec()).await;
    let odd = refused.json()["eventId"].as_str().unwrap().to_owned();
    let mut bo = Plain::sign_in(&stage.host.url, "bo@north.example").await;
    for path in ["/events".to_owned(), format!("/events/{good}"), format!("/events/{odd}")] {
        for plain in [&mut stage.ana, &mut bo] {
            let page = plain.get(&path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            for tag in ["<script>alert", "<img src=x", "<b>Muster", "\0"] {
                assert!(!page.text.contains(tag), "{path} holds {tag:?}: {}", page.text);
            }
        }
    }
    let page = stage.ana.get(&format!("/events/{good}")).await;
    assert!(
        shown(&page).contains("class=\"name\">note") && shown(&page).contains("&lt;/script&gt;&lt;script&gt;alert(1)")
    );
    assert!(shown(&page).contains("Mia &lt;b&gt;Muster") && shown(&page).contains(&format!("/api/events/{good}/raw")));
    assert!(shown(&page).contains("kept before it was answered") && shown(&page).contains("Follow-up waits"));
    assert_eq!(page.header("refresh"), "3");
    assert_eq!(stage.ana.get(&format!("/events/{good}?still=1")).await.header("refresh"), "");
    let page = stage.ana.get(&format!("/events/{odd}")).await;
    assert!(shown(&page).contains("Set aside") && shown(&page).contains("It is no JSON"), "{}", shown(&page));
    assert!(shown(&page).contains("&lt;script&gt;alert(2)&lt;/script&gt;\u{fffd}\u{fffd}"), "{}", shown(&page));

    let list = bo.get("/events").await;
    assert!(
        !shown(&list).contains("Muster") && !shown(&list).contains(">Who<") && !shown(&list).contains("Replay all")
    );
    assert!(!shown(&bo.get("/events?q=muster").await).contains(&good), "a search would tell who it was");
    let page = bo.get(&format!("/events/{good}")).await;
    for hidden in ["Muster", "/raw", "alert(1)&lt;", "class=\"name\"", "<form"] {
        assert!(!shown(&page).contains(hidden), "{hidden}: {}", shown(&page));
    }
    assert!(shown(&page).contains("Your role does not show what was posted"));
    for path in [format!("/events/{good}/replay"), "/events/replay".into()] {
        assert_eq!(post(&bo, &path, "state=").await.status, 403, "{path}");
    }
    let page = stage.ana.get("/events/evt_1_1").await;
    assert!(page.status == 404 && shown(&page).contains("href=\"/events\""), "{}", shown(&page));
}

#[tokio::test]
async fn one_event_is_replayed_by_its_button_and_all_of_a_list_after_a_question() {
    let mut stage = stage().await;
    let address = endpoint(&stage).await;
    let ignored = action(&stage, &address, 1, "frobnicate", "Fair").await;
    action(&stage, &address, 2, "frobnicate", "Fair").await;
    let seen = post(&stage.ana, &format!("/events/{ignored}/replay"), "").await;
    assert_eq!(seen.status, 303, "{}", seen.text);
    let path = seen.header("location").to_owned();
    assert!(path.starts_with(&format!("/events/replay_{ignored}_")) && path.ends_with("?replayed=1"), "{path}");
    let page = stage.ana.get(&path).await;
    assert!(shown(&page).contains("Replayed. Nothing follows from it: frobnicate is no action"), "{}", shown(&page));
    assert!(shown(&page).contains(&format!("href=\"/events/{ignored}\"")), "it leads back to the first");
    let new = path.trim_end_matches("?replayed=1");
    assert!(shown(&stage.ana.get(&format!("/events/{ignored}")).await).contains(&format!("href=\"{new}\"")));
    assert!(!shown(&stage.ana.get(new).await).contains("Replayed. Nothing follows"), "it is told once");
    let audited = "select action || ' ' || source from audit_log where entity_type = 'event'";
    assert_eq!(sql(stage.env.url(), audited).await, "replay screen");

    let list = stage.ana.get("/events?state=ignored").await;
    assert!(shown(&list).contains("href=\"/events?state=ignored&amp;again=1#again\""), "{}", shown(&list));
    assert!(!shown(&list).contains("action=\"/events/replay\""), "it is asked first");
    assert!(!shown(&stage.ana.get("/events?q=fair").await).contains("Replay all"), "a search is for looking");
    let question = stage.ana.get("/events?state=ignored&again=1").await;
    assert!(shown(&question).contains("3 events are looked at anew") && shown(&question).contains("value=\"ignored\""));
    let refused = post(&stage.ana, "/events/replay", "state=ignored&q=fair&size=1").await;
    assert!(refused.status == 400 && shown(&refused).contains("Size: is no"), "{}", refused.text);
    let none = post(&stage.ana, "/events/replay", "state=dead").await;
    assert!(none.status == 409 && shown(&none).contains("nothing to replay"), "{}", none.text);
    assert_eq!(sql(stage.env.url(), "select count(*) from jobs where type = 'bulk_replay'").await, "0");
    let begun = post(&stage.ana, "/events/replay", "state=ignored").await;
    let job = sql(stage.env.url(), "select id from jobs where type = 'bulk_replay'").await;
    assert_eq!((begun.status, begun.header("location")), (303, format!("/jobs/{job}").as_str()));
    assert_eq!(stage.ana.get(&format!("/jobs/{job}")).await.status, 200);

    sql(stage.env.url(), "update webhook_events set raw_payload = null").await;
    let page = stage.ana.get(&format!("/events/{ignored}")).await;
    assert!(shown(&page).contains("not kept any more") && !shown(&page).contains("<form"), "{}", shown(&page));
    let gone = post(&stage.ana, &format!("/events/{ignored}/replay"), "").await;
    assert!(gone.status == 409 && shown(&gone).contains("not kept any more"), "{}", gone.text);
}

#[tokio::test]
async fn an_address_is_shown_once_and_ends_by_its_forms() {
    let mut stage = stage().await;
    let page = stage.ana.get("/settings/endpoints").await;
    assert!(shown(&page).contains("No endpoint yet") && shown(&page).contains("BACKLINE_PUBLIC_URL is not set"));
    for (form, words) in [
        ("provider=fax", "Who posts: expected"),
        ("provider=current-rms&silent_after=0", "Silent after minutes: expected a number from 1 to 1440"),
        ("provider=current-rms&silent_after=soon", "Silent after minutes: expected a number from 1 to 1440"),
        (&format!("provider=current-rms&label={}", "x".repeat(101)), "Name: expected 1 to 100"),
    ] {
        let refused = post(&stage.ana, "/settings/endpoints", form).await;
        assert!(refused.status == 400 && shown(&refused).contains(words), "{form}: {}", refused.text);
        assert!(shown(&refused).contains("href=\"/settings/endpoints\""));
    }
    let made = post(&stage.ana, "/settings/endpoints", "provider=current-rms&label=<b>Live&silent_after=30").await;
    assert!(made.status == 200 && made.header("cache-control").contains("no-store"), "{:?}", made.headers);
    assert!(shown(&made).contains("not shown again") && shown(&made).contains("&lt;b&gt;Live"), "{}", shown(&made));
    let first = secret(&made);
    assert!(first.starts_with(&format!("{}/api/webhooks/current-rms/", stage.host.url)), "{first}");
    let token = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let list = stage.ana.get("/settings/endpoints").await;
    assert!(!list.text.contains(&token(&first)) && shown(&list).contains("1 address works · silent after 30 minutes"));
    assert!(shown(&list).contains(">Silent<"), "{}", shown(&list));

    let path = |address: &str| address.replace(&stage.host.url, "");
    assert_eq!(deliver(&stage, &path(&first), "{}").await.status, 400);
    let list = stage.ana.get("/settings/endpoints").await;
    assert!(shown(&list).contains(">Unhealthy<") && shown(&list).contains("0.00 %"), "{}", shown(&list));
    let id = sql(stage.env.url(), "select id from webhook_endpoints").await;
    let which = format!("id={id}");
    let tested = post(&stage.ana, "/settings/endpoints/test", &which).await;
    assert_eq!(tested.status, 303, "{}", tested.text);
    let event = stage.ana.get(tested.header("location")).await;
    assert!(
        shown(&event).contains("Test delivery") && shown(&event).contains("no number of health"),
        "{}",
        shown(&event)
    );
    assert!(shown(&stage.ana.get("/events").await).contains(">test<"));
    let second = secret(&post(&stage.ana, "/settings/endpoints/rotate", &which).await);
    for address in [&first, &second] {
        assert_eq!(deliver(&stage, &path(address), "{}").await.status, 400, "both work");
    }
    let list = stage.ana.get("/settings/endpoints").await;
    assert!(shown(&list).contains("2 addresses work") && !list.text.contains(&token(&second)), "{}", shown(&list));
    let ended = post(&stage.ana, "/settings/endpoints/end-older", &which).await;
    assert_eq!((ended.status, ended.header("location")), (303, "/settings/endpoints?done=ended"));
    assert_eq!(deliver(&stage, &path(&first), "{}").await.status, 404);
    assert_eq!(deliver(&stage, &path(&second), "{}").await.status, 400);
    let revoked = post(&stage.ana, "/settings/endpoints/revoke", &which).await;
    assert_eq!(revoked.status, 303, "{}", revoked.text);
    assert_eq!(deliver(&stage, &path(&second), "{}").await.status, 404);
    let list = stage.ana.get(revoked.header("location")).await;
    assert!(shown(&list).contains(">Revoked<") && shown(&list).contains("what arrived stays"), "{}", shown(&list));
    assert!(!shown(&list).contains(&format!("value=\"{id}\"")), "nothing is left to do with it");
    assert_eq!(post(&stage.ana, "/settings/endpoints/rotate", &which).await.status, 404);

    let audited = "select string_agg(action || ' ' || source, ', ' order by id) from audit_log where entity_type = 'webhook endpoint'";
    assert_eq!(
        sql(stage.env.url(), audited).await,
        "create screen, test screen, rotate screen, end older tokens screen, revoke screen"
    );
    let rows = sql(stage.env.url(), "select string_agg(a::text, ' ') from audit_log a").await;
    assert!(!rows.contains(&token(&first)) && !rows.contains(&token(&second)));
}

#[tokio::test]
async fn what_is_registered_is_shown_and_days_are_kept_by_their_form() {
    let mut stage = stage().await;
    let refused = stage.ana.get("/settings/endpoints/registration").await;
    assert!(
        refused.status == 409 && shown(&refused).contains("no Current RMS account is connected"),
        "{}",
        refused.text
    );
    let source = Stand::of(3, &[]).await;
    let north = Tenant::of(&stage.env, "north", "");
    assert_eq!(north.connect_to(&source.base_url, "demo", "demo-token").await.exit, 0);
    let page = stage.ana.get("/settings/endpoints/registration").await;
    assert_eq!((page.status, shown(&page).matches(">Missing<").count()), (200, 21), "{}", shown(&page));
    assert!(
        shown(&page).contains("BACKLINE_PUBLIC_URL is not set") && !shown(&page).contains("Register what is missing")
    );
    let refused = post(&stage.ana, "/settings/endpoints/registration", "").await;
    assert!(refused.status == 409 && shown(&refused).contains("BACKLINE_PUBLIC_URL is not set"), "{}", refused.text);
    for (form, words) in [
        ("provider=fax&keep_days=3", "Who posts: expected"),
        ("provider=current-rms&keep_days=0", "Days: expected a number from 1 to 36500"),
        ("provider=current-rms&keep_days=x", "Days: expected a number from 1 to 36500"),
    ] {
        let refused = post(&stage.ana, "/settings/endpoints/keeping", form).await;
        assert!(refused.status == 400 && shown(&refused).contains(words), "{form}: {}", refused.text);
    }
    for (days, value) in [("90", "value=\"90\""), ("", "value=\"\"")] {
        let form = format!("provider=current-rms&keep_days={days}");
        let kept = post(&stage.ana, "/settings/endpoints/keeping", &form).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        let page = stage.ana.get(kept.header("location")).await;
        assert!(shown(&page).contains(value) && shown(&page).contains("from the next night on"), "{}", shown(&page));
    }
}
