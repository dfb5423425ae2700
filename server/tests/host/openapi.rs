//! The API's own description: it is what was reviewed, every answer keeps to it, and its page is one that our policy allows.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, Seen};
use super::house::House;
use super::support::{Env, Host, Stand, Tenant};

/// What was reviewed. After a change that is meant: `BLESS=1 cargo test -p server --test host openapi`, then read the diff.
pub const REVIEWED: &str = include_str!("openapi.json");

fn reviewed() -> Value {
    serde_json::from_str(REVIEWED).unwrap()
}

#[tokio::test]
async fn the_description_is_the_reviewed_one() {
    let house = House::shared().await;
    let served = Browser::anonymous(&house.url).get("/api/openapi.json").await.json();
    let text = format!("{}\n", serde_json::to_string_pretty(&served).unwrap());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/host/openapi.json"), &text).unwrap();
    } else if text != REVIEWED {
        let changed = text.lines().find(|line| !REVIEWED.lines().any(|known| known == *line)).unwrap_or("less is said");
        panic!("the API's description has changed, first here: {changed}\nif it is meant, see REVIEWED in this file");
    }
}

/// Parts of which a value has all.
fn whole(parts: &[Value]) -> Value {
    let mut whole = json!({"type": "object", "properties": {}, "required": []});
    for part in parts {
        for (name, field) in part["properties"].as_object().unwrap() {
            whole["properties"][name] = field.clone();
        }
        whole["required"].as_array_mut().unwrap().extend(part["required"].as_array().unwrap().iter().cloned());
    }
    whole
}

/// What is wrong with a value; empty when it has this schema.
fn faults(api: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return faults(api, &api["components"]["schemas"][name.rsplit('/').next().unwrap()], value, at);
    }
    if let Some(any) = schema["oneOf"].as_array() {
        let fits = any.iter().filter(|one| faults(api, one, value, at).is_empty()).count();
        return if fits == 1 { Vec::new() } else { vec![format!("{at}: fits {fits} of oneOf: {value}")] };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return faults(api, &whole(parts), value, at);
    }
    let mut wrong = Vec::new();
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        Value::Null => vec![json!(kind)],
        one => vec![one.clone()],
    };
    let fits = allowed.contains(&json!(kind)) || kind == "integer" && allowed.contains(&json!("number"));
    if !fits {
        wrong.push(format!("{at}: {kind} instead of {allowed:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        wrong.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    let items = value.as_array().into_iter().flatten();
    wrong.extend(items.flat_map(|item| faults(api, &schema["items"], item, &format!("{at}[]"))));
    let Some(fields) = value.as_object() else { return wrong };
    for name in schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()) {
        if !fields.contains_key(name) {
            wrong.push(format!("{at}.{name}: is missing"));
        }
    }
    for (name, field) in fields {
        match schema["properties"].get(name) {
            Some(schema) => wrong.extend(faults(api, schema, field, &format!("{at}.{name}"))),
            // An object without a list of fields is free.
            None if schema["properties"].is_null() => {}
            None => wrong.push(format!("{at}.{name}: is not described")),
        }
    }
    wrong
}

fn check(api: &Value, method: &str, path: &str, seen: &Seen) -> Vec<String> {
    let at = format!("{method} {path} {}", seen.status);
    let answer = &api["paths"][path][method.to_lowercase()]["responses"][seen.status.to_string()];
    if answer.is_null() {
        return vec![format!("{at}: this status is not described: {}", seen.text)];
    }
    let kind = seen.header("content-type").split(';').next().unwrap();
    match answer["content"].as_object() {
        None if seen.text.is_empty() => Vec::new(),
        None => vec![format!("{at}: a body that is not described")],
        Some(content) => match content.get(kind) {
            Some(body) if kind == "application/json" => faults(api, &body["schema"], &seen.json(), &at),
            Some(_) => Vec::new(),
            None => vec![format!("{at}: {kind} is not described")],
        },
    }
}

#[tokio::test]
async fn every_answer_has_the_described_shape() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &["broken=2"]).await;
    let (tenant, host) = (Tenant::connected(&env, "north", &stand).await, Host::start(&env).await);
    tenant.new_person("admin@north.example", "admin", PASSWORD).await;
    let api = Browser::anonymous(&host.url).get("/api/openapi.json").await.json();
    let (key, nobody) = (Browser::with_key(&host.url, &tenant.key), Browser::anonymous(&host.url));
    let mut wrong = Vec::new();
    for (path, query) in [("initial", ""), ("incremental", "?wait=false"), ("sweep", ""), ("cancel", ""), ("sweep", "")]
    {
        let path = format!("/api/sync/{path}");
        for who in [&nobody, &key] {
            wrong.extend(check(&api, "POST", &path, &who.post(&format!("{path}{query}")).await));
        }
    }
    let rows = key.get("/api/opportunities").await.json();
    let id = rows["opportunities"][0]["id"].as_i64().unwrap();
    let asked = [
        ("/api/opportunities", "/api/opportunities?sort=-id&limit=5".to_owned()),
        ("/api/opportunities", "/api/opportunities?limit=0".to_owned()),
        ("/api/opportunities/{id}", format!("/api/opportunities/{id}")),
        ("/api/opportunities/{id}", "/api/opportunities/0".to_owned()),
        ("/api/sync/failures", "/api/sync/failures?runId=99999".to_owned()),
    ];
    let plain = api["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, methods)| !path.contains('{') && methods["get"].is_object() && !path.ends_with("/live"));
    let asked: Vec<_> = plain.map(|(path, _)| (path.as_str(), path.clone())).chain(asked).collect();
    let admin = Browser::sign_in(&host.url, "admin@north.example").await;
    for who in [&key, &nobody, &admin, &Browser::with_key(&host.url, "bl_wrong")] {
        for (path, address) in &asked {
            wrong.extend(check(&api, "GET", path, &who.get(address).await));
        }
    }
    for body in [json!({"email": "x", "password": "y"}), json!({"email": 1}), json!([])] {
        let send = |request: reqwest::RequestBuilder| request.header("sec-fetch-site", "same-origin").json(&body);
        wrong.extend(check(&api, "POST", "/api/session", &nobody.send(Method::POST, "/api/session", send).await));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_page_names_every_route_and_shape_without_script_or_style() {
    let house = House::shared().await;
    let page = Browser::anonymous(&house.url).get("/api/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let api = reviewed();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            assert!(page.text.contains(&format!("<code>{} {path}</code>", method.to_uppercase())), "{method} {path}");
        }
    }
    for name in api["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.text.contains(&format!("id=\"{name}\"")), "{name}");
    }
    for foreign in ["<script", "style=", "<style", "http://", "https://", "onclick"] {
        assert!(!page.text.contains(foreign), "{foreign}");
    }
}
