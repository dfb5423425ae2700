//! Lists as files.

use std::io::{Cursor, Read};

use serde_json::{Value, json};

use crate::scene::{Scene, env, number, send, sql};
use crate::support::{Answer, Tenant};

/// Opportunities in the mirror, some of which a spreadsheet would run.
async fn opportunities(scene: &Scene, count: u32) {
    let tenant = &scene.tenant.id;
    sql(
        &scene.env,
        &format!(
            "insert into app.opportunities (tenant_id, id, name, charge_total, data, digest, synced_at)
             select '{tenant}', n, case when n % 2 = 0 then '=1+' || n else 'Show ' || n end, n + 0.5, '{{}}', sha256(''), now()
             from generate_series(1, {count}) n"
        ),
    )
    .await;
}

async fn ask(scene: &Scene, report: Value) -> i64 {
    send(&scene.api, "POST", "/api/reports", Some(report)).await.expect(201)["id"].as_i64().unwrap()
}

async fn bytes(scene: &Scene, id: i64) -> (reqwest::header::HeaderMap, Vec<u8>) {
    let reader = scene.host.api(&scene.tenant.new_key(&["read"]).await);
    let response = reader.request(reqwest::Method::GET, &format!("/api/reports/{id}/file")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    (response.headers().clone(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_list_becomes_a_csv_that_is_streamed_and_has_no_formulas() {
    let scene = Scene::new(&[]).await;
    opportunities(&scene, 12_000).await;
    let id = ask(&scene, json!({"list": "opportunities", "query": "?sort=id", "format": "csv"})).await;
    let job = scene.reaches(id, "completed", 60).await;
    let (headers, file) = bytes(&scene, id).await;
    assert_eq!(job["result"]["reportId"], id);
    assert_eq!(job["result"]["rows"], 12_000);
    assert_eq!(job["result"]["bytes"], file.len());
    assert!(number(&scene.env, "select count(*) from app.report_pieces").await > 1, "more than a piece");
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let name = job["result"]["name"].as_str().unwrap();
    assert_eq!(headers["content-disposition"], format!("attachment; filename=\"{name}\""));
    let text = String::from_utf8(file).unwrap();
    assert_eq!(text.lines().count(), 12_000 + 3);
    assert!(text.contains("Show 11999") && text.contains("'=1+12000") && !text.contains(",=1+"), "{}", &text[..500]);

    let listed = scene.host.api(&scene.tenant.new_key(&["read"]).await).get("/api/reports").await.expect(200);
    let row = &listed["reports"][0];
    assert_eq!((&row["id"], &row["status"], &row["rows"]), (&json!(id), &json!("completed"), &json!(12_000)));
    assert_eq!(
        number(&scene.env, "select count(*) from app.audit_log where entity_type = 'report' and action = 'create'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_workbook_holds_texts_as_texts_and_amounts_as_numbers() {
    let scene = Scene::new(&[]).await;
    opportunities(&scene, 4).await;
    let id = ask(&scene, json!({"list": "opportunities", "format": "xlsx"})).await;
    scene.reaches(id, "completed", 60).await;
    let (headers, file) = bytes(&scene, id).await;
    assert_eq!(headers["content-type"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    let mut book = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut sheet = String::new();
    book.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(!sheet.contains("<f>"), "no formula");
    let texts: Vec<&str> = sheet.split("<t>").skip(1).map(|part| part.split('<').next().unwrap()).collect();
    assert!(texts.contains(&"=1+2") && texts.contains(&"Show 3"), "{texts:?}");
    assert!(sheet.contains("<v>4.5</v>"), "an amount is a number: {sheet}");
}

#[tokio::test]
async fn what_cannot_be_a_report_is_refused_before_it_waits() {
    let scene = Scene::new(&["--no-worker"]).await;
    for (report, field) in [
        (json!({"list": "people", "format": "csv"}), "list"),
        (json!({"list": "changes", "format": "pdf"}), "format"),
        (json!({"list": "opportunities", "query": "status=nowhere", "format": "csv"}), "status"),
        (json!({"list": "opportunities", "query": "colour=red", "format": "csv"}), "colour"),
        (json!({"list": "opportunities", "query": "a\u{0}", "format": "csv"}), "query"),
        (json!({"list": "opportunities", "format": "csv", "to": "x"}), "to"),
    ] {
        let answer = send(&scene.api, "POST", "/api/reports", Some(report)).await.expect(400);
        assert_eq!(answer["details"]["field"], field, "{answer}");
    }
    assert_eq!(number(&scene.env, "select count(*) from app.jobs").await, 0);
    for _ in 0..20 {
        ask(&scene, json!({"list": "changes", "format": "csv"})).await;
    }
    let answer = send(&scene.api, "POST", "/api/reports", Some(json!({"list": "changes", "format": "csv"}))).await;
    assert_eq!(answer.code(409), "TOO_MANY_REPORTS");
}

#[tokio::test]
async fn a_file_is_its_tenants_and_goes_after_its_time() {
    let scene = Scene::on(env().await, &[]).await;
    let id = ask(&scene, json!({"list": "failures", "format": "csv"})).await;
    scene.reaches(id, "completed", 30).await;
    let reader = scene.host.api(&scene.tenant.new_key(&["read"]).await);
    let path = format!("/api/reports/{id}/file");
    assert_eq!(reader.get(&path).await.status, 200);
    let other = Tenant::create(&scene.env, "south").await;
    let theirs: Answer = scene.host.api(&other.new_key(&["read"]).await).get(&path).await;
    assert_eq!(theirs.status, 404);

    sql(&scene.env, "update app.reports set expires_at = now() - interval '1 minute'").await;
    assert_eq!(reader.get(&path).await.status, 404);
    let clean_up = scene.enqueue(json!({"type": "clean_up"})).await.expect(201)["id"].as_i64().unwrap();
    let job = scene.reaches(clean_up, "completed", 30).await;
    assert_eq!(job["result"]["reports"], 1);
    assert_eq!(number(&scene.env, "select count(*) from app.report_pieces").await, 0);
}
