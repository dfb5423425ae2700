//! People of a tenant: invited, demoted, disabled, helped back in, and never touched in another tenant.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD};
use super::plain::{Plain, secret, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const PAGE: &str = "/settings/people";
const ACCOUNT: &str = "/settings/account";
const NEW: &str = "another long password";

async fn stage(env: &Env) -> (Host, Tenant, Plain) {
    let north = Tenant::create(env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    let host = Host::start(env).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    (host, north, ana)
}

async fn id(env: &Env, email: &str) -> String {
    sql(env.url(), &format!("select id from people where email = '{email}'")).await
}

/// Invites and gives the path of the link.
async fn invite(admin: &mut Plain, email: &str, role: &str) -> String {
    let page = admin.post(PAGE, "invite", &format!("email={email}&name=Somebody+New&role={role}")).await;
    let link = secret(&page);
    link[link.find("/sign-in").unwrap()..].to_owned()
}

/// Follows a link and gives the session that it opens.
async fn enter(host: &Host, link: &str) -> Plain {
    let mut person = Plain::new(&host.url);
    assert_eq!(person.get(link).await.header("location"), ACCOUNT);
    person
}

#[tokio::test]
async fn an_invited_person_comes_in_by_the_link_once_and_sets_a_password() {
    let env = Env::fresh().await;
    let (host, _, mut ana) = stage(&env).await;
    let page = ana.post(PAGE, "invite", "email=Bo@North.example&name=Bo+B&role=rep").await;
    let link = secret(&page);
    assert!(link.starts_with(&format!("{}/sign-in/link?token=", host.url)), "{link}");
    let token = link.split('=').nth(1).unwrap().split('&').next().unwrap().to_owned();
    let again = ana.get(PAGE).await;
    assert!(again.text.contains("bo@north.example") && again.text.contains("Invited"), "{}", again.text);
    assert!(!again.text.contains(&token), "the link is shown twice");

    let path = &link[host.url.len()..];
    let mut bo = enter(&host, path).await;
    let used = Plain::new(&host.url).get(path).await;
    assert_eq!(used.header("location"), "/sign-in?problem=link");
    let old = bo.script();
    let done = bo.post(ACCOUNT, "set-password", &format!("password={}", NEW.replace(' ', "+"))).await;
    assert!(done.text.contains("The password is set."), "{}", done.text);
    assert_eq!(old.get("/api/session").await.status, 401, "the session kept its token");
    assert_eq!(bo.script().get("/api/session").await.json()["who"]["name"], "Bo B");
    assert_eq!(Browser::anonymous(&host.url).try_sign_in("bo@north.example", NEW).await.status, 204);
    assert_eq!(shown(&ana.get(PAGE).await).matches("Active").count(), 2);
    let twice = ana.script().call("/rpc/settings/invite", "email=bo@north.example&name=Bo&role=rep").await;
    assert!(twice.status == 409 && twice.text.contains("ALREADY_HERE"), "{} {}", twice.status, twice.text);
    let kept = sql(
        env.url(),
        "select string_agg(l::text, '') || (select string_agg(a::text, '') from audit_log a) from sign_in_links l",
    )
    .await;
    assert!(!kept.contains(&token) && !host.log().contains(&token));
    let rows = "select actor_name || ' ' || action from audit_log where source = 'screen' order by id";
    assert_eq!(sql(env.url(), rows).await, "ana@north.example invite\nBo B sign in\nBo B set password");
}

#[tokio::test]
async fn a_refusal_is_shown_on_the_page_that_the_form_was_on() {
    let env = Env::fresh().await;
    let (_host, _, mut ana) = stage(&env).await;
    let page = ana.post(PAGE, "invite", "email=nobody&name=N&role=rep").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("role=\"alert\"") && page.text.contains("Email: must contain an @."), "{}", page.text);
    for (form, field) in [
        ("email=a@b&name=&role=rep", "name"),
        ("email=a@b&name=a%00b&role=rep", "name"),
        ("email=a@b&name=N&role=owner", "role"),
        ("email=a%00@b&name=N&role=rep", "email"),
    ] {
        let seen = ana.script().call("/rpc/settings/invite", form).await;
        assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &field.into()), "{form}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_admin_stays_one_also_when_two_demote_each_other_at_the_same_moment() {
    let env = Env::fresh().await;
    let (host, north, ana) = stage(&env).await;
    north.new_person("bo@north.example", "admin", PASSWORD).await;
    let bo = Browser::sign_in(&host.url, "bo@north.example").await;
    let (ana, ids) = (ana.script(), [id(&env, "ana@north.example").await, id(&env, "bo@north.example").await]);
    let admins = "select count(*) from memberships where role = 'admin' and disabled_at is null";
    for round in 0..10 {
        let (path, end) = if round % 2 == 0 {
            ("/rpc/settings/set-role", "role=rep")
        } else {
            ("/rpc/settings/set-enabled", "enabled=false")
        };
        let (one, two) = (format!("person={}&{end}", ids[1]), format!("person={}&{end}", ids[0]));
        let (one, two) = tokio::join!(ana.call(path, &one), bo.call(path, &two));
        let mut seen = [one.status, two.status];
        seen.sort_unstable();
        // The second is told that it is the last, or was no admin any more when it asked.
        assert!(seen[0] == 200 && [401, 403, 409].contains(&seen[1]), "round {round}: {seen:?}");
        assert_eq!(sql(env.url(), admins).await, "1", "round {round}");
        sql(env.url(), "update memberships set role = 'admin', disabled_at = null").await;
        if round % 2 == 1 {
            break;
        }
    }
    // An invited admin who never came does not count.
    sql(env.url(), &format!("update memberships set accepted_at = null where person_id = '{}'", ids[1])).await;
    let ana = Browser::sign_in(&host.url, "ana@north.example").await;
    for (path, end) in [("/rpc/settings/set-role", "role=manager"), ("/rpc/settings/set-enabled", "enabled=false")] {
        let seen = ana.call(path, &format!("person={}&{end}", ids[0])).await;
        assert!(seen.status == 409 && seen.text.contains("LAST_ADMIN"), "{path}: {}", seen.text);
    }
}

#[tokio::test]
async fn a_disabled_person_is_out_with_the_next_request() {
    let env = Env::fresh().await;
    let (host, north, mut ana) = stage(&env).await;
    north.new_person("bo@north.example", "rep", PASSWORD).await;
    let bo = Browser::sign_in(&host.url, "bo@north.example").await;
    let person = id(&env, "bo@north.example").await;
    let link = secret(&ana.post(PAGE, "reset-link", &format!("person={person}")).await);
    assert_eq!(bo.get("/api/session").await.status, 200);
    let page = ana.post(PAGE, "set-enabled", &format!("person={person}&enabled=false")).await;
    assert!(page.text.contains("The person is disabled"), "{}", page.text);
    assert_eq!(bo.get("/api/session").await.status, 401);
    assert_eq!(bo.call("/rpc/dashboard/read", "").await.status, 401);
    assert_eq!(Browser::anonymous(&host.url).try_sign_in("bo@north.example", PASSWORD).await.status, 400);
    assert_eq!(Plain::new(&host.url).get(&link[host.url.len()..]).await.header("location"), "/sign-in?problem=link");
    let refused = ana.script().call("/rpc/settings/reset-link", &format!("person={person}")).await;
    assert!(refused.text.contains("DISABLED"), "{}", refused.text);
    ana.post(PAGE, "set-enabled", &format!("person={person}&enabled=true")).await;
    // What ended stays ended; the password works again.
    assert_eq!(bo.get("/api/session").await.status, 401);
    assert_eq!(Browser::anonymous(&host.url).try_sign_in("bo@north.example", PASSWORD).await.status, 204);
}

#[tokio::test]
async fn a_reset_link_sets_a_new_password_for_who_works_here_only() {
    let env = Env::fresh().await;
    let (host, north, mut ana) = stage(&env).await;
    north.new_person("bo@north.example", "rep", PASSWORD).await;
    let elsewhere = Browser::sign_in(&host.url, "bo@north.example").await;
    let person = id(&env, "bo@north.example").await;
    let first = secret(&ana.post(PAGE, "reset-link", &format!("person={person}")).await);
    let second = secret(&ana.post(PAGE, "reset-link", &format!("person={person}")).await);
    let (first, second) = (&first[host.url.len()..], &second[host.url.len()..]);
    assert_eq!(
        Plain::new(&host.url).get(first).await.header("location"),
        "/sign-in?problem=link",
        "the older link lives"
    );
    let mut bo = enter(&host, second).await;
    bo.post(ACCOUNT, "set-password", &format!("password={}", NEW.replace(' ', "+"))).await;
    assert_eq!(elsewhere.get("/api/session").await.status, 401);
    let nobody = Browser::anonymous(&host.url);
    assert_eq!(nobody.try_sign_in("bo@north.example", PASSWORD).await.status, 401);
    assert_eq!(nobody.try_sign_in("bo@north.example", NEW).await.status, 204);
    // The session has given its password: from now on the old one is asked for, by a link of one's own making too.
    let seen = bo.script().call("/rpc/settings/set-password", "password=yet+another+password").await;
    assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &"old".into()));
    let own = id(&env, "ana@north.example").await;
    let seen = ana.script().call("/rpc/settings/reset-link", &format!("person={own}")).await;
    assert!(seen.status == 409 && seen.text.contains("YOURSELF"), "{}", seen.text);
}

#[tokio::test]
async fn an_admin_reaches_nobody_in_another_tenant() {
    let env = Env::fresh().await;
    let (host, _, mut ana) = stage(&env).await;
    let south = Tenant::create(&env, "south").await;
    south.new_person("cy@south.example", "admin", PASSWORD).await;
    let cy = Browser::sign_in(&host.url, "cy@south.example").await;
    let person = id(&env, "cy@south.example").await;
    // As long as they are not here, they do not exist.
    for (function, rest) in [("set-role", "&role=rep"), ("set-enabled", "&enabled=false"), ("reset-link", "")] {
        let seen = ana.script().call(&format!("/rpc/settings/{function}"), &format!("person={person}{rest}")).await;
        assert_eq!(seen.status, 404, "{function}");
    }
    // Invited here as well, they have the name that was typed, and their own tenant stays out of sight and reach.
    let link = invite(&mut ana, "cy@south.example", "rep").await;
    assert!(
        !ana.get(PAGE).await.text.contains("cy@south.example (you)")
            && ana.get(PAGE).await.text.contains("Somebody New")
    );
    let mut thief = enter(&host, &link).await;
    let page = thief.get(ACCOUNT).await;
    assert!(!page.text.contains("south</"), "{}", page.text);
    assert_eq!(thief.script().get("/api/session").await.json()["tenant"]["slug"], "north");
    let seen = thief.script().call("/rpc/settings/switch-tenant", "tenant=south").await;
    assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &"tenant".into()));
    let seen = thief.script().call("/rpc/settings/set-password", "password=a+password+of+the+thief").await;
    assert_eq!((seen.status, &seen.json()["Invalid"]["field"]), (400, &"old".into()));
    let seen = thief.script().call("/rpc/settings/end-sessions", "").await;
    assert_eq!(seen.status, 200);
    ana.post(PAGE, "set-enabled", &format!("person={person}&enabled=false")).await;
    assert_eq!(thief.script().get("/api/session").await.status, 401);
    assert_eq!(cy.get("/api/session").await.json()["role"], "admin", "the session in the other tenant was touched");
    assert_eq!(Browser::anonymous(&host.url).try_sign_in("cy@south.example", PASSWORD).await.status, 204);
}

#[tokio::test]
async fn a_password_opens_a_tenant_only_after_it_was_given_there() {
    let env = Env::fresh().await;
    let (host, _, mut ana) = stage(&env).await;
    let south = Tenant::create(&env, "south").await;
    south.new_person("dan@south.example", "admin", PASSWORD).await;
    let mut dan = Plain::sign_in(&host.url, "dan@south.example").await;
    // North's admin knows the address first, and gives it a password.
    let mut thief = enter(&host, &invite(&mut ana, "eve@example.com", "rep").await).await;
    thief.post(ACCOUNT, "set-password", &format!("password={}", NEW.replace(' ', "+"))).await;
    let link = invite(&mut dan, "eve@example.com", "admin").await;
    let mut eve = enter(&host, &link).await;
    let enter = async |tenant: &str| {
        let body = json!({"email": "eve@example.com", "password": NEW, "tenant": tenant});
        let send = |request: reqwest::RequestBuilder| request.json(&body);
        let browser = Browser::anonymous(&host.url).with("sec-fetch-site", "same-origin");
        browser.send(Method::POST, "/api/session", send).await.status
    };
    assert_eq!((enter("north").await, enter("south").await), (204, 400));
    let seen = thief.script().call("/rpc/settings/switch-tenant", "tenant=south").await;
    assert_eq!(seen.status, 400, "{}", seen.text);
    // Whoever holds south's link and knows the password joins the two.
    let wrong = eve.post(ACCOUNT, "confirm-password", "password=something+else").await;
    assert!(wrong.text.contains("Password: is not your password"), "{}", wrong.text);
    assert!(
        shown(&wrong).contains("id=\"confirm-error\"") && !shown(&wrong).contains("id=\"password-error\""),
        "{}",
        wrong.text
    );
    let page = eve.post(ACCOUNT, "confirm-password", &format!("password={}", NEW.replace(' ', "+"))).await;
    assert!(page.text.contains("your password opens this company") && page.text.contains("Work in"), "{}", page.text);
    assert_eq!(enter("south").await, 204);
    let moved = eve.post(ACCOUNT, "switch-tenant", "tenant=north").await;
    assert_eq!(moved.status, 200);
    assert_eq!(eve.script().get("/api/session").await.json()["tenant"]["slug"], "north");
}

#[tokio::test]
async fn the_api_invites_changes_and_lists_people_with_times_for_machines() {
    let env = Env::fresh().await;
    let (host, north, _) = stage(&env).await;
    let key = north.new_key(&["admin"]).await;
    let script = Browser::with_key(&host.url, &key);
    let send =
        async |method: Method, path: &str, body: Value| script.send(method, path, |request| request.json(&body)).await;
    let made =
        send(Method::POST, "/api/people", json!({"email": "bo@north.example", "name": "Bo", "role": "rep"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = format!("/api/people/{}", made.json()["id"].as_str().unwrap());
    let link = made.json()["link"].as_str().unwrap()[host.url.len()..].to_owned();
    enter(&host, &link).await;
    assert_eq!(send(Method::PATCH, &path, json!({"role": "manager"})).await.status, 204);
    assert_eq!(send(Method::PATCH, &path, json!({"enabled": false})).await.status, 204);
    for (body, field) in [(json!({}), "body"), (json!({"role": "owner"}), "role"), (json!({"admin": true}), "admin")] {
        let seen = send(Method::PATCH, &path, body).await;
        assert_eq!((seen.status, &seen.json()["details"]["field"]), (400, &field.into()), "{}", seen.text);
    }
    assert_eq!(send(Method::POST, &format!("{path}/link"), json!({})).await.code(), "DISABLED");
    let people = script.get("/api/people").await.json();
    let bo = people["people"].as_array().unwrap().iter().find(|person| person["name"] == "Bo").unwrap();
    assert_eq!((&bo["role"], &bo["disabled"], &bo["acceptedAt"]), (&"manager".into(), &true.into(), &Value::Null));
    assert!(bo["lastSignIn"].as_str().unwrap().ends_with('Z'), "{bo}");
    let last = id(&env, "ana@north.example").await;
    let seen = send(Method::PATCH, &format!("/api/people/{last}"), json!({"role": "rep"})).await;
    assert_eq!((seen.status, seen.code().as_str()), (409, "LAST_ADMIN"));
}
