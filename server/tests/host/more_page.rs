//! The pages of what the business adds to an opportunity, and of workflow templates: no WASM, a refused form as it was filled in.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::business::{Business, send};
use super::plain;

const PAGE: &str = "/opportunities/1/more";

async fn post(who: &Browser, path: &str, form: &str) -> Seen {
    let form = form.to_owned();
    let send = |request: reqwest::RequestBuilder| {
        request.header("content-type", "application/x-www-form-urlencoded").header("accept", "text/html").body(form)
    };
    who.send(Method::POST, path, send).await
}

async fn page(who: &Browser, path: &str) -> Seen {
    let seen = who.clone().with("accept", "text/html").get(path).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    seen
}

/// What the page shows, without the marks that Leptos leaves in it.
#[track_caller]
fn shown(seen: &Seen) -> String {
    plain::shown(seen).replace("<!>", "")
}

/// A form that was taken leads back to the page.
#[track_caller]
fn taken(seen: &Seen, place: &str) {
    assert_eq!((seen.status, seen.header("location")), (303, place), "{}", seen.text);
}

#[tokio::test]
async fn what_is_added_by_the_form_is_on_the_page_and_in_the_log() {
    let desk = Business::begin().await;
    desk.audited().await;
    assert!(page(&desk.rep, "/opportunities/1").await.text.contains("href=\"/opportunities/1/more\""));
    let form = "expectedVersion=0&workflowStatus=In+planning&riskLevel=HIGH&riskNotes=Late%0D%0ANo+lift&financialHealthScore=40&customCalculations=%7B%22margin%22%3A0.5%7D";
    taken(&post(&desk.manager, &format!("{PAGE}/augmentation"), form).await, "/opportunities/1/more?done=saved");
    assert_eq!(
        desk.audited().await,
        [
            r#"manager@north.example screen | augmentation create | - | {"risk_level": "HIGH", "risk_notes": "Late\nNo lift", "workflow_status": "In planning", "custom_calculations": {"margin": 0.5}, "financial_health_score": 40}"#
        ]
    );
    let seen = page(&desk.manager, &format!("{PAGE}?done=saved")).await;
    let main = shown(&seen);
    for part in [
        "It is saved.",
        "value=\"In planning\"",
        "Late\nNo lift</textarea>",
        "<option value=\"HIGH\" selected",
        "name=\"expectedVersion\" value=\"1\"",
    ] {
        assert!(main.contains(part), "{part}: {main}");
    }
    // Saved again as it is, nothing changes; emptied fields are emptied.
    taken(
        &post(&desk.manager, &format!("{PAGE}/augmentation"), &form.replace("Version=0", "Version=1")).await,
        "/opportunities/1/more?done=saved",
    );
    assert_eq!(desk.audited().await, [""; 0]);
    taken(
        &post(
            &desk.manager,
            &format!("{PAGE}/augmentation"),
            "expectedVersion=1&workflowStatus=&riskLevel=LOW&riskNotes=&financialHealthScore=&customCalculations=",
        )
        .await,
        "/opportunities/1/more?done=saved",
    );
    let now = desk.rep.get("/api/opportunities/1/augmentation").await.json()["augmentation"].clone();
    assert_eq!(
        (&now["workflowStatus"], &now["riskLevel"], &now["customCalculations"]),
        (&Value::Null, &json!("LOW"), &json!({}))
    );
    // A rep reads, and has no form.
    let seen = page(&desk.rep, PAGE).await;
    assert!(
        shown(&seen).contains("<dd class=\"as-typed\">Low</dd>") && !shown(&seen).contains("<form"),
        "{}",
        seen.text
    );
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_filled_in_with_the_reason_at_its_field() {
    let desk = Business::begin().await;
    let before = desk.tables().await;
    let hostile =
        "riskNotes=%3C%2Ftextarea%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E+%26amp%3B&workflowStatus=%22%3E%3Cb%3E";
    for (form, field, reason) in [
        (format!("{hostile}&financialHealthScore=101"), "financialHealthScore", "Expected an integer from 0 to 100."),
        (format!("{hostile}&financialHealthScore=many"), "financialHealthScore", "Expected an integer from 0 to 100."),
        (format!("{hostile}&customCalculations=%5B1%5D"), "customCalculations", "Expected an object."),
        (format!("{hostile}&customCalculations=x"), "customCalculations", "Expected an object in JSON."),
        (format!("{hostile}&riskLevel=high"), "riskLevel", "Expected LOW, MEDIUM, HIGH or CRITICAL."),
    ] {
        let seen = post(&desk.manager, &format!("{PAGE}/augmentation"), &form).await;
        assert_eq!(seen.status, 400, "{form}");
        let main = shown(&seen);
        assert!(main.contains(&format!("<p id=\"augmentation-{field}-error\" class=\"error\">{reason}</p>")), "{main}");
        assert!(main.contains(&format!("aria-describedby=\"augmentation-{field}-error")), "{main}");
        assert!(main.contains("role=\"alert\"") && main.contains("Nothing was changed."), "{main}");
        // What was typed is in its field, and nowhere else.
        assert!(main.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script> &amp;amp;</textarea>"), "{main}");
        assert!(main.contains("value=\"&quot;&gt;&lt;b&gt;\""), "{main}");
        assert!(!main.contains("<script>alert"), "{main}");
    }
    assert_eq!(desk.tables().await, before);
}

#[tokio::test]
async fn who_is_overtaken_sees_what_there_is_and_may_save_again() {
    let desk = Business::begin().await;
    taken(
        &post(&desk.manager, &format!("{PAGE}/augmentation"), "expectedVersion=0&riskLevel=LOW").await,
        "/opportunities/1/more?done=saved",
    );
    let seen =
        post(&desk.admin, &format!("{PAGE}/augmentation"), "expectedVersion=0&riskLevel=HIGH&riskNotes=mine").await;
    assert_eq!(seen.status, 409);
    let main = shown(&seen);
    assert!(main.contains("Somebody has changed it since this page was made."), "{main}");
    // What there is, and what was filled in; the form is of the version that stands now.
    assert!(main.contains("<dd class=\"as-typed\">Low</dd>") && main.contains("mine</textarea>"), "{main}");
    assert!(main.contains("name=\"expectedVersion\" value=\"1\""), "{main}");
    taken(
        &post(&desk.admin, &format!("{PAGE}/augmentation"), "expectedVersion=1&riskLevel=HIGH&riskNotes=mine").await,
        "/opportunities/1/more?done=saved",
    );
}

#[tokio::test]
async fn workflows_are_defined_started_and_taken_on_by_forms() {
    let desk = Business::begin().await;
    desk.audited().await;
    assert!(page(&desk.manager, PAGE).await.text.contains("none is defined yet"));
    let settings = "/settings/workflows";
    let made = post(&desk.admin, settings, "code=launch&name=Launch&steps=Plan%0D%0A%0D%0A+Pack+%0D%0A").await;
    taken(&made, "/settings/workflows?done=saved");
    for (form, field) in [
        ("code=Big&name=x&steps=a", "code"),
        ("code=x&name=+&steps=a", "name"),
        ("code=x&name=x&steps=a%0Aa", "steps"),
        ("code=x&name=x&steps=", "steps"),
    ] {
        let seen = post(&desk.admin, settings, form).await;
        assert!(
            seen.status == 400 && shown(&seen).contains(&format!("id=\"new-{field}-error\"")),
            "{form}: {}",
            seen.text
        );
    }
    let taken_code = post(&desk.admin, settings, "code=launch&name=Twice&steps=a").await;
    assert_eq!(taken_code.status, 409);
    assert!(shown(&taken_code).contains("value=\"Twice\""), "{}", taken_code.text);

    taken(
        &post(&desk.manager, &format!("{PAGE}/workflows"), "workflowType=launch").await,
        "/opportunities/1/more?done=started",
    );
    let id = desk.rep.get("/api/opportunities/1/workflows").await.json()["workflows"][0]["id"].to_string();
    assert!(shown(&page(&desk.rep, PAGE).await).contains("Step 1 of 2: Plan"));
    let one = format!("{PAGE}/workflows/{id}");
    let seen = post(&desk.manager, &format!("{one}/fail"), "expectedVersion=1&error=+").await;
    assert!(seen.status == 400 && shown(&seen).contains(&format!("id=\"fail-{id}-error-error\"")), "{}", seen.text);
    for (act, form) in [
        ("fail", "expectedVersion=1&error=No+van"),
        ("retry", "expectedVersion=2"),
        ("advance", "expectedVersion=3"),
        ("advance", "expectedVersion=4"),
    ] {
        taken(&post(&desk.manager, &format!("{one}/{act}"), form).await, "/opportunities/1/more?done=moved");
    }
    assert!(shown(&page(&desk.rep, PAGE).await).contains("Completed"));
    let over = post(&desk.manager, &format!("{one}/cancel"), "expectedVersion=5").await;
    assert!(over.status == 409 && shown(&over).contains("This workflow is over."), "{}", over.text);
    let stale = post(&desk.manager, &format!("{one}/advance"), "expectedVersion=1").await;
    assert_eq!(stale.status, 409);
    assert_eq!(post(&desk.manager, &format!("{one}/skip"), "").await.status, 404);

    let template = format!("{settings}/{}", desk.rep.get("/api/workflow-templates").await.json()["templates"][0]["id"]);
    taken(
        &post(&desk.admin, &template, "expectedVersion=1&name=Launch&steps=Go").await,
        "/settings/workflows?done=saved",
    );
    taken(&post(&desk.admin, &format!("{template}/remove"), "").await, "/settings/workflows?done=removed");
    let rows = desk.audited().await;
    let acts: Vec<&str> = rows.iter().map(|row| row.split(" | ").nth(1).unwrap()).collect();
    assert_eq!(
        acts,
        [
            "workflow template create",
            "workflow start",
            "workflow fail",
            "workflow retry",
            "workflow advance",
            "workflow advance",
            "workflow template set",
            "workflow template remove"
        ]
    );
}

#[tokio::test]
async fn integrations_are_added_edited_and_removed_by_forms() {
    let desk = Business::begin().await;
    desk.audited().await;
    let add = format!("{PAGE}/integrations");
    let seen = post(&desk.manager, &add, "systemName=Xero&externalId=+&uid=u").await;
    assert_eq!(seen.status, 400);
    assert!(
        shown(&seen).contains("id=\"add-externalId-error\"") && shown(&seen).contains("value=\"u\""),
        "{}",
        seen.text
    );
    taken(
        &post(&desk.manager, &add, "systemName=xero&externalId=INV-7&uid=").await,
        "/opportunities/1/more?done=saved",
    );
    let row = desk.rep.get("/api/opportunities/1/integrations").await.json()["integrations"][0].clone();
    let one = format!("{add}/{}", row["id"]);
    let edit = "expectedVersion=1&externalId=INV-8&uid=u&syncStatus=synced&metadata=%7B%22a%22%3A1%7D";
    taken(&post(&desk.manager, &one, edit).await, "/opportunities/1/more?done=saved");
    let row = desk.rep.get("/api/opportunities/1/integrations").await.json()["integrations"][0].clone();
    assert_eq!(
        (&row["externalId"], &row["syncStatus"], &row["metadata"]),
        (&json!("INV-8"), &json!("synced"), &json!({"a": 1}))
    );
    // Left as it is, the time of the last sync stays.
    taken(
        &post(&desk.manager, &one, "expectedVersion=2&externalId=INV-9&uid=u&syncStatus=&metadata=").await,
        "/opportunities/1/more?done=saved",
    );
    assert_eq!(
        desk.rep.get("/api/opportunities/1/integrations").await.json()["integrations"][0]["lastSynced"],
        row["lastSynced"]
    );
    let bad = post(&desk.manager, &one, "expectedVersion=3&externalId=INV-9&uid=&syncStatus=&metadata=%5B").await;
    let id = row["id"].to_string();
    assert!(
        bad.status == 400 && shown(&bad).contains(&format!("id=\"integration-{id}-metadata-error\"")),
        "{}",
        bad.text
    );
    taken(&post(&desk.manager, &format!("{one}/remove"), "").await, "/opportunities/1/more?done=removed");
    assert_eq!(post(&desk.manager, &format!("{one}/remove"), "").await.status, 404);
    assert_eq!(desk.audited().await.len(), 4);
}

#[tokio::test]
async fn a_page_has_labels_for_its_fields_and_nothing_that_our_policy_forbids() {
    let desk = Business::begin().await;
    let body = json!({"code": "launch", "name": "Launch <b>", "steps": ["Plan", "Pack"]});
    assert_eq!(send(&desk.admin, Method::POST, "/api/workflow-templates", &body).await.status, 201);
    for (path, body) in [
        ("workflows", json!({"workflowType": "launch"})),
        ("integrations", json!({"systemName": "<i>Ledger</i>", "externalId": "x"})),
    ] {
        let path = format!("/api/opportunities/1/{path}");
        assert_eq!(send(&desk.manager, Method::POST, &path, &body).await.status, 201);
    }
    for (who, path) in [(&desk.manager, PAGE), (&desk.admin, "/settings/workflows")] {
        let seen = page(who, path).await;
        let main = shown(&seen);
        let ids: Vec<&str> = main.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        for tag in ["<input", "<select", "<textarea"] {
            for field in main.split(tag).skip(1).map(|rest| rest.split('>').next().unwrap()) {
                let id = field.split("id=\"").nth(1).map(|rest| rest.split('"').next().unwrap());
                let labelled = id.is_some_and(|id| main.contains(&format!("<label for=\"{id}\"")));
                assert!(labelled || field.contains("type=\"hidden\""), "{field}");
            }
        }
        for foreign in ["style=", "<style", "onclick", "<i>Ledger", "Launch <b>"] {
            assert!(!main.contains(foreign), "{path}: {foreign}: {main}");
        }
    }
}
