//! Headers, addresses and errors.

use serde_json::{Value, json};

use crate::stand::Stand;

#[tokio::test]
async fn a_wrong_key_or_subdomain_is_401_with_errors() {
    let stand = Stand::of(5, &[]).await;
    for (subdomain, token) in [("demo", "wrong"), ("other", "demo-token")] {
        let request = stand.client.get(format!("{}/api/v1/opportunities", stand.root));
        let response = request.header("X-SUBDOMAIN", subdomain).header("X-AUTH-TOKEN", token).send().await.unwrap();
        assert_eq!(response.status(), 401);
        let body: Value = response.json().await.unwrap();
        assert!(body["errors"][0].is_string());
    }
}

#[tokio::test]
async fn every_answer_has_one_date() {
    let stand = Stand::of(5, &[]).await;
    for path in ["opportunities", "opportunities/1", "nothing"] {
        let response = stand.send(path).await;
        assert_eq!(response.headers().get_all("date").iter().count(), 1, "{path}");
    }
}

#[tokio::test]
async fn one_opportunity_is_sent_as_in_the_list_until_it_is_deleted() {
    let stand = Stand::of(5, &[]).await;
    let id = stand.account.ids()[0];
    let raw = stand.account.raw(id).unwrap();
    assert_eq!(stand.text(&format!("opportunities/{id}")).await, format!("{{\"opportunity\":{raw}}}"));
    assert!(stand.text("opportunities?filtermode=all").await.contains(&raw));
    stand.account.delete(id);
    let response = stand.send(&format!("opportunities/{id}")).await;
    assert_eq!(response.status(), 404);
    assert!(response.json::<Value>().await.unwrap()["errors"][0].is_string());
}

#[tokio::test]
async fn an_unknown_route_says_so() {
    let stand = Stand::of(5, &[]).await;
    let response = stand.send("opportunity_statuses").await;
    assert_eq!(response.status(), 404);
    assert!(response.text().await.unwrap().contains("No route matches"));
}

#[tokio::test]
async fn everyone_that_an_opportunity_refers_to_is_a_member() {
    let stand = Stand::of(60, &[]).await;
    let members = stand.json("members?filtermode=all&per_page=1000").await;
    let ids: Vec<&Value> = members["members"].as_array().unwrap().iter().map(|member| &member["id"]).collect();
    for record in stand.records().values() {
        for key in ["member_id", "venue_id", "owned_by"] {
            assert!(record[key].is_null() || ids.contains(&&record[key]), "{key} {}", record[key]);
        }
    }
    let venues = stand.json("members?filtermode=venue&q[name_cont]=example").await;
    assert_eq!(venues["members"].as_array().unwrap().len(), 1);
    assert_eq!(stand.json("members/1").await["member"]["membership_type"], "User");
    assert_eq!(stand.send("members/99999").await.status(), 404);
}

#[tokio::test]
async fn requests_are_written_down_decoded() {
    let stand = Stand::of(5, &[]).await;
    stand.account.clear_requests();
    stand.send("opportunities?page=2&q%5Bs%5D%5B%5D=id%20asc").await;
    stand.send("opportunities/1").await;
    let requests = stand.account.requests();
    let told: Vec<(&str, &str, u16)> =
        requests.iter().map(|request| (request.method.as_str(), request.path.as_str(), request.status)).collect();
    assert_eq!(told, [("GET", "/api/v1/opportunities", 200), ("GET", "/api/v1/opportunities/1", 404)]);
    let pairs = [("page", "2"), ("q[s][]", "id asc")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(requests[0].query, pairs);
}

#[tokio::test]
async fn the_control_side_changes_the_account_for_loopback_callers() {
    let stand = Stand::of(5, &[]).await;
    let post = |path: &str, body: Value| {
        let request = stand.client.post(format!("{}/control/{path}", stand.root));
        let request = request.header("content-type", "application/json").body(body.to_string());
        async move { request.send().await.unwrap() }
    };
    let id = post("create", json!({ "subject": "From outside" })).await.json::<Value>().await.unwrap()["id"].clone();
    post("change", json!({ "id": id, "patch": { "reference": "R-1" } })).await;
    let record = &stand.records()[&id.as_i64().unwrap()];
    assert_eq!((&record["subject"], &record["reference"]), (&json!("From outside"), &json!("R-1")));
    post("delete", json!({ "id": id })).await;
    assert!(!stand.account.ids().contains(&id.as_i64().unwrap()));
    assert_eq!(post("faults", json!(["auth=1"])).await.status(), 204);
    assert_eq!(stand.send("opportunities").await.status(), 401);
    assert_eq!(post("faults", json!(["auth=maybe"])).await.status(), 422);
}

#[tokio::test]
async fn the_control_side_refuses_a_caller_without_an_address() {
    let stand = Stand::of(5, &[]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let router = stand.account.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let response = stand.client.get(format!("{root}/control/ids")).send().await.unwrap();
    assert_eq!(response.status(), 403);
}
