//! The pages of rules without WASM: the list, the form that comes back as it was, the secret that is shown once, the try on the
//! past, and what a manager and a rep see of it.

use reqwest::Method;

use super::browser::{PASSWORD, Seen};
use super::plain::{Plain, secret, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const PATH: &str = "/settings/rules";

struct Stage {
    env: Env,
    host: Host,
    ana: Plain,
}

async fn stage() -> Stage {
    let env = Env::fresh().await.with("BACKLINE_ALLOW_PRIVATE_TARGETS", "1");
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
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

const GOOD: &str = "name=Big+orders&enabled=true&trigger=event&action_types=convert_to_order,+update&min_value=5000\
    &condition_1_field=owner&condition_1_operator=is&condition_1_value=Ana&action_0_type=notify&action_0_to=manager";

#[tokio::test]
async fn the_list_shows_the_four_and_moves_and_switches_them() {
    let mut stage = stage().await;
    let page = stage.ana.get(PATH).await;
    let places = |page: &Seen| {
        ["notify-order-conversion", "log-status-changes", "validate-reserved-orders", "alert-lost-opportunities"]
            .map(|name| shown(page).find(&format!(">{name}<")).unwrap_or_else(|| panic!("{name}: {}", shown(page))))
    };
    assert!(places(&page).is_sorted(), "{}", shown(&page));
    assert!(shown(&page).contains("Has not fired yet") && shown(&page).contains(">Off<"));
    let id = sql(stage.env.url(), "select id from rules where position = 4").await;
    for (form, status) in [
        (format!("id={id}&order=1"), 303),
        (format!("id={id}&enabled=false"), 303),
        (format!("id={id}&order=0"), 400),
        ("id=999&order=1".into(), 404),
        ("id=x".into(), 400),
    ] {
        assert_eq!(post(&stage.ana, "/settings/rules/set", &form).await.status, status, "{form}");
    }
    let [.., last] = places(&stage.ana.get(PATH).await);
    assert!(last < places(&stage.ana.get(PATH).await)[0], "it is the first now");
    let rows = "select string_agg(concat_ws(' ', action, source, before, after), ', ' order by id) from audit_log where entity_type = 'rule'";
    let expected = r#"change screen {"order": 4} {"order": 1}, change screen {"enabled": true} {"enabled": false}"#;
    assert_eq!(sql(stage.env.url(), rows).await, expected);
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_with_the_reason_at_its_field() {
    let mut stage = stage().await;
    let page = stage.ana.get("/settings/rules/new").await;
    assert!(shown(&page).contains("name=\"condition_0_field\"") && shown(&page).contains("name=\"action_1_url\""));
    for (change, field, words) in [
        (("name=Big+orders", "name=+"), "name", "Expected 1 to 100 characters"),
        (("min_value=5000", "min_value=much"), "min_value", "Expected an amount"),
        (("action_types=convert_to_order", "action_types=frobnicate"), "action_types", "Is no action of Current RMS"),
        (("condition_1_field=owner", "condition_1_field=ownerId"), "condition_1_value", "Expected a whole number"),
        (("condition_1_field=owner", "condition_1_field=colour"), "condition_1_field", "Is no field of event"),
        (("action_0_type=notify", "action_0_type="), "action_0_type", "Expected at least one"),
        (("action_0_to=manager", "action_0_to="), "action_0_to", "Is missing"),
    ] {
        let form = GOOD.replace(change.0, change.1);
        let refused = post(&stage.ana, PATH, &form).await;
        assert_eq!(refused.status, 400, "{form}: {}", refused.text);
        let page = shown(&refused);
        assert!(
            page.contains("The rule was not saved.") && page.contains(&format!("href=\"#{field}\"")),
            "{field}: {page}"
        );
        assert!(page.contains("condition_3_field") && !page.contains("condition_4_field"), "it grew: {page}");
        assert!(page.contains(words) && page.contains(&format!("id=\"{field}-error\"")), "{field}: {page}");
        assert!(page.contains("value=\"Ana\"") && page.contains("<option value=\"event\" selected"), "{field}: {page}");
    }
    assert_eq!(sql(stage.env.url(), "select count(*) from rules").await, "4");
    let made = post(&stage.ana, PATH, GOOD).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let page = stage.ana.get(made.header("location")).await;
    assert!(shown(&page).contains("The rule is saved.") && shown(&page).contains("1 condition"), "{}", shown(&page));
    assert!(
        shown(&page).contains("convert_to_order, update, from 5000.00 up → Notify every manager"),
        "{}",
        shown(&page)
    );
    // Two admins: the second is told, and keeps what they typed.
    let path = made.header("location").split('?').next().unwrap().to_owned();
    let change = |name: &str| GOOD.replace("Big+orders", name) + "&version=1";
    assert_eq!(post(&stage.ana, &path, &change("First")).await.status, 303);
    let late = post(&stage.ana, &path, &change("Second")).await;
    assert!(late.status == 409 && shown(&late).contains("value=\"Second\""), "{}", late.text);
    assert!(shown(&late).contains("was changed by somebody else meanwhile"), "{}", shown(&late));
}

#[tokio::test]
async fn a_secret_is_on_the_page_that_answers_its_form_and_on_no_other() {
    let mut stage = stage().await;
    let hook = "&action_1_type=webhook&action_1_url=http://127.0.0.1:9/%3Cb%3E";
    let made = post(&stage.ana, PATH, &format!("{GOOD}{hook}")).await;
    assert!(made.status == 200 && made.header("cache-control").contains("no-store"), "{:?}", made.headers);
    let first = secret(&made);
    assert!(first.starts_with("whsec_"), "{first}");
    let id = sql(stage.env.url(), "select max(id) from rules").await;
    let page = stage.ana.get(&format!("{PATH}/{id}")).await;
    assert!(!page.text.contains("whsec_") && shown(&page).contains("Make a new signing secret"), "{}", shown(&page));
    let second = secret(&post(&stage.ana, "/settings/rules/secret", &format!("id={id}")).await);
    assert_ne!(first, second);
    let removed = post(&stage.ana, "/settings/rules/remove", &format!("id={id}")).await;
    assert_eq!(removed.status, 303, "{}", removed.text);
    assert!(shown(&stage.ana.get(removed.header("location")).await).contains("The rule is removed."));
    assert_eq!(stage.ana.get(&format!("{PATH}/{id}")).await.status, 404);
}

#[tokio::test]
async fn the_past_is_tried_and_the_history_shown_with_what_went_wrong() {
    let mut stage = stage().await;
    let id = sql(stage.env.url(), "select id from rules where name = 'alert-lost-opportunities'").await;
    sql(
        stage.env.url(),
        "insert into webhook_events (tenant_id, id, opportunity_id, opportunity_name, action_type, user_name, provider, state)
             select id, 'evt_1_2', 7, 'Gala <b>', 'mark_as_lost', 'Mia', 'current-rms', 'processed' from tenants;
         insert into webhook_events (tenant_id, id, opportunity_id, action_type, provider, state)
             select id, 'evt_2_2', 8, 'update', 'current-rms', 'processed' from tenants",
    )
    .await;
    let page = stage.ana.get(&format!("{PATH}/{id}")).await;
    assert!(
        shown(&page).contains("It has not fired yet.") && !shown(&page).contains("would fire it"),
        "{}",
        shown(&page)
    );
    let page = stage.ana.get(&format!("{PATH}/{id}?try=1&from=&to=")).await;
    assert!(shown(&page).contains("1 of 2 events would fire it. Nothing was done."), "{}", shown(&page));
    assert!(
        shown(&page).contains("Gala &lt;b&gt;") && shown(&page).contains("href=\"/events/evt_1_2\""),
        "{}",
        shown(&page)
    );
    assert_eq!(stage.ana.get(&format!("{PATH}/{id}?try=1&from=x")).await.status, 400);
    sql(
        stage.env.url(),
        &format!(
            "with cause as (insert into rule_causes (tenant_id, kind, key, facts, evaluated_at)
                 select id, 'event', 'event:evt_1_2', '{{\"eventId\": \"evt_1_2\", \"opportunityId\": 7, \"opportunity\": \"Gala <b>\"}}', now() from tenants returning *),
             firing as (insert into rule_firings (tenant_id, rule_id, cause_id) select tenant_id, {id}, id from cause returning *)
             insert into rule_actions (tenant_id, firing_id, position, rule_id, lane, action, state, attempts, errors)
                 select tenant_id, id, 0, rule_id, 'x', '{{\"type\": \"slack\"}}', 'failed', 1, '[{{\"error\": \"no <webhook> is set\"}}]' from firing"
        ),
    )
    .await;
    for query in ["", "?troubled=true", "?page=9"] {
        let page = stage.ana.get(&format!("{PATH}/{id}{query}")).await;
        for words in
            ["no &lt;webhook&gt; is set", ">Failed<", "Write to Slack", "href=\"/opportunities/7\"", "Gala &lt;b&gt;"]
        {
            assert!(shown(&page).contains(words), "{query}: {words}: {}", shown(&page));
        }
    }
}

#[tokio::test]
async fn a_manager_reads_and_a_rep_does_not() {
    let stage = stage().await;
    let id = sql(stage.env.url(), "select min(id) from rules").await;
    let person = |name: &str| {
        format!(
            "with p as (insert into people (email, name, password_hash) select '{name}@north.example', '{name}', password_hash
                 from people where email = 'ana@north.example' returning id)
             insert into memberships (tenant_id, person_id, role) select t.id, p.id, '{name}' from p, tenants t"
        )
    };
    for role in ["manager", "rep"] {
        sql(stage.env.url(), &person(role)).await;
    }
    let mut manager = Plain::sign_in(&stage.host.url, "manager@north.example").await;
    let mut rep = Plain::sign_in(&stage.host.url, "rep@north.example").await;
    for path in [PATH.to_owned(), format!("{PATH}/{id}")] {
        let page = manager.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!shown(&page).contains("method=\"post\""), "{path}: nothing to change: {}", shown(&page));
        assert_eq!(rep.get(&path).await.status, 403);
    }
    for path in ["/settings/rules/new", "/settings/rules/set"] {
        assert_eq!(manager.get(path).await.status, if path.ends_with("new") { 403 } else { 405 }, "{path}");
    }
    let form = format!("id={id}&enabled=false");
    assert_eq!(post(&manager, "/settings/rules/set", &form).await.status, 403);
}
