//! Nothing of one tenant in an answer to another.

use serde_json::Value;

use super::browser::{Browser, Seen};
use super::house::House;
use super::psql::sql;

fn without_id(seen: &Seen) -> String {
    let id = seen.json()["requestId"].as_str().unwrap_or_default().to_owned();
    assert!(!id.is_empty(), "{}", seen.text);
    seen.text.replace(&id, "")
}

#[tokio::test]
async fn a_record_of_another_tenant_is_answered_as_one_that_nobody_has() {
    let house = House::shared().await;
    let key = Browser::with_key(&house.url, &house.north.key);
    let mine: i64 =
        sql(house.env.url(), &format!("select min(id) from opportunities where tenant_id = '{}'", house.north.id))
            .await
            .parse()
            .unwrap();
    for asker in [key, house.person("rep"), house.person("manager"), house.person("admin")] {
        let nobody = asker.get("/api/opportunities/987654321").await;
        assert_eq!((nobody.status, nobody.code().as_str()), (404, "NOT_FOUND"));
        let names = |seen: &Seen| seen.headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
        for id in &house.south_ids {
            let theirs = asker.get(&format!("/api/opportunities/{id}")).await;
            assert_eq!(
                (theirs.status, without_id(&theirs), names(&theirs)),
                (404, without_id(&nobody), names(&nobody)),
                "{id}"
            );
        }
        assert_eq!(asker.get(&format!("/api/opportunities/{mine}")).await.status, 200);
    }
    let stranger = house.person("stranger");
    assert_eq!(stranger.get(&format!("/api/opportunities/{}", house.south_ids[0])).await.status, 200);
    assert_eq!(
        without_id(&stranger.get(&format!("/api/opportunities/{mine}")).await),
        without_id(&stranger.get("/api/opportunities/5").await)
    );
}

#[tokio::test]
async fn no_answer_to_north_holds_a_word_of_south() {
    let house = House::shared().await;
    let theirs = sql(
        house.env.url(),
        "select unnest(array[id::text, name, organisation_name, venue_name, owner_name]) from opportunities
             where tenant_id = (select id from tenants where slug = 'south')
         except select unnest(array[id::text, name, organisation_name, venue_name, owner_name]) from opportunities
             where tenant_id = (select id from tenants where slug = 'north')",
    )
    .await;
    let mut words: Vec<String> =
        theirs.lines().filter(|word| word.len() > 5).map(|word| word.replace('\'', "&#x27;")).collect();
    assert!(words.len() > house.south_ids.len(), "{words:?}");
    words.extend([house.south.id.clone(), "stranger@".into(), "\"south\"".into()]);
    let (admin, id) = (house.person("admin"), house.south_ids[0]);
    let mut seen = Vec::new();
    for path in [
        "/",
        "/api/session",
        "/api/dashboard",
        "/api/dashboard?startDate=1900-01-01&endDate=2999-12-31",
        "/api/opportunities?limit=100&deleted=include",
        "/api/opportunities?q=a&sort=-charge_total",
        "/api/opportunities?owner=1,2,3&organisation=1,2,3",
        "/api/sync/status",
        "/api/sync/failures",
        &format!("/api/opportunities?q={id}"),
        &format!("/api/opportunities?q=%25{id}%25"),
    ] {
        seen.push((path.to_owned(), admin.get(path).await));
    }
    for path in ["/rpc/dashboard/read", "/rpc/sync/state", "/rpc/identity/whoami"] {
        seen.push((path.to_owned(), admin.call(path, "").await));
    }
    for (path, seen) in &seen {
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        let found: Vec<&String> = words.iter().filter(|word| seen.text.contains(*word)).collect();
        assert!(found.is_empty(), "{path} tells {found:?}");
    }
    // A control: the words are such as answers hold.
    let own = house.person("stranger").get("/api/opportunities?limit=100&deleted=include").await.text;
    assert!(words.iter().filter(|word| own.contains(*word)).count() > 10);
}

#[tokio::test]
async fn a_request_cannot_choose_its_tenant() {
    let house = House::shared().await;
    let (south, slug) = (&house.south.id, "south");
    let admin = house.person("admin");
    let tenant = |seen: &Seen| seen.json()["tenant"]["slug"].clone();
    for (name, value) in [("x-tenant-id", south.as_str()), ("x-tenant", slug), ("x-forwarded-host", "south.example")] {
        assert_eq!(tenant(&admin.clone().with(name, value).get("/api/session").await), Value::from("north"));
    }
    let north = admin.get("/api/sync/status").await.json();
    assert_eq!(admin.clone().with("x-tenant-id", south).get("/api/sync/status").await.json(), north);
    for field in ["tenant", "tenant_id", "tenantId"] {
        let seen = admin.get(&format!("/api/sync/status?{field}={south}")).await;
        assert_eq!((seen.status, &seen.json()["details"]["field"]), (400, &Value::from(field)));
    }
    // A tenant that is another's and one that is nobody's cannot be told apart at sign-in.
    let enter = async |tenant: &str| {
        let body =
            serde_json::json!({"email": "admin@north.example", "password": super::browser::PASSWORD, "tenant": tenant});
        let browser = Browser::anonymous(&house.url).with("sec-fetch-site", "same-origin");
        browser.send(reqwest::Method::POST, "/api/session", |request| request.json(&body)).await
    };
    let (theirs, nobodys) = (enter("south").await, enter("west").await);
    assert_eq!((theirs.status, without_id(&theirs)), (400, without_id(&nobodys)));
}
