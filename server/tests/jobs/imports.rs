//! Imports: what is wrong is told and changes nothing; what is right is taken as a whole.

use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::scene::{Scene, number, send, sql};
use crate::support::{Answer, until};

const PEOPLE: &str = "/api/imports?target=people";

async fn bring(scene: &Scene, path: &str, file: impl Into<Vec<u8>>) -> Answer {
    let request = scene.api.request(reqwest::Method::POST, path).header("content-type", "text/csv");
    let response = request.body(file.into()).send().await.unwrap();
    Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
}

/// Brings a file that can be read, and gives the import once its job is over.
async fn looked_at(scene: &Scene, path: &str, file: impl Into<Vec<u8>>) -> Value {
    let made = bring(scene, path, file).await.expect(201);
    over(scene, made["id"].as_i64().unwrap()).await
}

async fn over(scene: &Scene, id: i64) -> Value {
    until(&format!("import {id} is over"), 120, async || {
        let import = scene.api.get(&format!("/api/imports/{id}")).await.expect(200);
        (!["checking", "applying"].contains(&import["status"].as_str().unwrap())).then_some(import)
    })
    .await
}

/// Everything that an import could change.
async fn state(scene: &Scene) -> (i64, i64, i64, i64) {
    (
        number(&scene.env, "select count(*) from app.people").await,
        number(&scene.env, "select count(*) from app.memberships").await,
        number(&scene.env, "select count(*) from app.saved_views").await,
        number(&scene.env, "select count(*) from app.audit_log").await,
    )
}

fn row(number: usize) -> String {
    format!("person{number}@example.com,Person {number},rep\n")
}

#[tokio::test]
async fn files_that_cannot_be_read_end_in_a_clear_error_and_leave_nothing() {
    let scene = Scene::new(&[]).await;
    let before = state(&scene).await;
    let too_many: String = std::iter::once("email,name,role\n".to_owned()).chain((0..100_001).map(row)).collect();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("email,name,role\na@b,A,rep\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cases: [(&str, Vec<u8>, &str, &str); 12] = [
        ("empty", Vec::new(), "file", "is empty"),
        ("only a mark", b"\xef\xbb\xbf\r\n".to_vec(), "file", "is empty"),
        ("no rows", b"email,name,role\n".to_vec(), "file", "no rows"),
        ("Latin-1", b"email,name,role\nrene@b.example,Ren\xe9,rep\n".to_vec(), "file", "not UTF-8 (line 2)"),
        ("UTF-16", utf16, "file", "UTF-16"),
        ("a workbook", b"PK\x03\x04rest".to_vec(), "file", "workbook"),
        ("U+0000", b"email,name,role\na@b.example,A\0,rep\n".to_vec(), "file", "U+0000 (line 2)"),
        ("a column twice", b"email,name,Name,role\na@b.example,A,B,rep\n".to_vec(), "file", "more than once"),
        ("a column without a name", b"email,name,role,\na@b.example,A,rep,\n".to_vec(), "file", "column 4 has no name"),
        ("a missing column", b"email,name\na@b.example,A\n".to_vec(), "mapping.role", "“email”, “name”"),
        ("too many rows", too_many.into_bytes(), "file", "more than 100000 rows"),
        ("an unknown column", b"email,name,role\na@b.example,A,rep\n".to_vec(), "mapping.name", "no column “Full”"),
    ];
    for (what, file, field, reason) in cases {
        let path = if what == "an unknown column" { format!("{PEOPLE}&mapping.name=Full") } else { PEOPLE.into() };
        let answer = bring(&scene, &path, file).await.expect(400);
        assert_eq!(answer["details"]["field"], field, "{what}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(reason), "{what}: {answer}");
    }
    // Read to its end and told as a fault of the file: what is larger still is cut off by the host.
    let large = bring(&scene, PEOPLE, vec![b'a'; 10 * 1024 * 1024 + 1]).await.expect(400);
    assert!(large["error"].as_str().unwrap().contains("larger than 10 MB"), "{large}");
    assert_eq!(bring(&scene, "/api/imports?target=orders", "a\nb\n").await.expect(400)["details"]["field"], "target");
    assert_eq!(
        bring(&scene, "/api/imports?target=views", "name,query\na,b\n").await.expect(400)["details"]["field"],
        "target"
    );
    assert_eq!(state(&scene).await, before);
    assert_eq!(number(&scene.env, "select count(*) from app.imports").await, 0);
    assert_eq!(number(&scene.env, "select count(*) from app.jobs").await, 0);
}

#[tokio::test]
async fn rows_that_cannot_be_taken_are_told_one_by_one_and_change_nothing() {
    let scene = Scene::new(&[]).await;
    looked_at(&scene, &format!("{PEOPLE}&dryRun=false"), "email,name,role\nhere@b.example,Here,rep\n").await;
    let before = state(&scene).await;
    let cases = [
        ("nobody,A,rep", "email", "must contain an @"),
        ("a@b.example,,rep", "name", "must be 1 to 200 characters"),
        ("a@b.example,A,owner", "role", "expected admin, manager or rep"),
        ("a@b.example,=cmd|' /C calc'!A0,rep", "name", "begins like a formula"),
        ("+a@b.example,A,rep", "email", "begins like a formula"),
        ("a@b.example,-A,rep", "name", "begins like a formula"),
        ("@b.example,A,rep", "email", "begins like a formula"),
        ("Here@B.example,A,rep", "email", "there is a person with this address already"),
        ("ok@b.example,A,rep\nOK@b.example,B,rep", "email", "stands in line 2 already"),
        ("a@b.example,A", "", "has 2 fields instead of 3"),
        ("a@b.example,A,rep,more", "", "has 4 fields instead of 3"),
        (&format!("a@b.example,{},rep", "A".repeat(201)), "name", "must be 1 to 200 characters"),
        (&format!("a@b.example,\"A,rep\n{}", "x".repeat(6000)), "", "has 2 fields instead of 3"),
    ];
    for (lines, field, reason) in cases {
        let file = format!("email,name,role\n{lines}\n");
        let import = looked_at(&scene, &format!("{PEOPLE}&dryRun=false"), file).await;
        assert_eq!(
            (&import["status"], &import["badRows"], &import["applied"]),
            (&json!("bad"), &json!(1), &json!(0)),
            "{import}"
        );
        let fault = &import["faults"][0];
        assert_eq!(fault["field"].as_str().unwrap_or_default(), field, "{import}");
        assert!(fault["reason"].as_str().unwrap().contains(reason), "{import}");
        let refused = send(&scene.api, "POST", &format!("/api/imports/{}/apply", import["id"]), None).await;
        assert_eq!(refused.code(409), "IMPORT_NOT_READY");
    }
    assert_eq!(state(&scene).await, before);
}

#[tokio::test]
async fn one_bad_row_of_a_hundred_thousand_keeps_all_out_and_the_error_file_has_it() {
    let scene = Scene::new(&[]).await;
    let before = state(&scene).await;
    let mut file: String = std::iter::once("email,name,role\n".to_owned()).chain((0..99_999).map(row)).collect();
    file.push_str("=bad,Bad,rep\n");
    let import = looked_at(&scene, &format!("{PEOPLE}&dryRun=false"), file).await;
    assert_eq!((&import["status"], &import["rows"], &import["badRows"]), (&json!("bad"), &json!(100_000), &json!(1)));
    assert_eq!(import["faults"][0]["row"], 100_001);
    assert_eq!(state(&scene).await, before);
    let errors = scene.api.get(&format!("/api/imports/{}/errors.csv", import["id"])).await;
    let lines: Vec<&str> = errors.text.lines().collect();
    assert_eq!(lines[0], "Line,What is wrong,email,name,role");
    assert!(lines[1].starts_with("100001,") && lines[1].ends_with(",'=bad,Bad,rep"), "{}", lines[1]);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn a_good_file_is_looked_at_first_and_then_taken_as_a_whole() {
    let scene = Scene::new(&[]).await;
    let before = state(&scene).await;
    let file = "\u{feff}E-Mail;Vorname;Rolle\r\nAnn@Example.com;Ann;ADMIN\r\nbo@example.com;\"Bo; jr\";rep\r\n";
    let path = format!("{PEOPLE}&name=team.csv&mapping.name=Vorname&mapping.role=Rolle");
    let import = looked_at(&scene, &path, file).await;
    assert_eq!((&import["status"], &import["badRows"], &import["applied"]), (&json!("good"), &json!(0), &json!(0)));
    assert_eq!(import["mapping"], json!({"email": "E-Mail", "name": "Vorname", "role": "Rolle"}));
    assert_eq!(import["preview"][1], json!(["bo@example.com", "Bo; jr", "rep"]));
    assert_eq!(state(&scene).await, before, "a look changes nothing");

    let apply = format!("/api/imports/{}/apply", import["id"]);
    let job = send(&scene.api, "POST", &apply, None).await.expect(202)["jobId"].as_i64().unwrap();
    let ended = scene.reaches(job, "completed", 60).await;
    assert_eq!(ended["result"], json!({"importId": import["id"], "rows": 2, "badRows": 0, "applied": 2}));
    assert_eq!(over(&scene, import["id"].as_i64().unwrap()).await["status"], "applied");
    let people = scene.api.get("/api/people").await.expect(200);
    let ann = people["people"].as_array().unwrap().iter().find(|person| person["email"] == "ann@example.com").unwrap();
    assert_eq!((&ann["role"], &ann["acceptedAt"], &ann["disabled"]), (&json!("admin"), &Value::Null, &json!(false)));
    let links = number(&scene.env, "select count(*) from app.sign_in_links").await;
    assert_eq!(links, 0, "links are made by hand");
    let row = "select count(*) from app.audit_log where entity_type = 'import' and action = 'apply' and actor_kind = 'key' and source = 'api'
        and (after ->> 'rows')::int = 2 and after ->> 'file' = 'team.csv' and request_id is not null";
    assert_eq!(number(&scene.env, row).await, 1);
    assert_eq!(
        number(&scene.env, "select count(*) from app.audit_log where entity_type = 'person' and action = 'invite'")
            .await,
        2
    );

    assert_eq!(send(&scene.api, "POST", &apply, None).await.code(409), "IMPORT_NOT_READY", "once");
    let again = looked_at(&scene, &path, file).await;
    assert_eq!(again["badRows"], 2, "they are here already");
}

#[tokio::test]
async fn the_mapping_can_be_changed_after_a_look() {
    let scene = Scene::new(&[]).await;
    let file = "email,name,nick,role\na@b.example,=A,Al,rep\n";
    let import = looked_at(&scene, PEOPLE, file).await;
    assert_eq!(import["status"], "bad");
    let check = format!("/api/imports/{}/check", import["id"]);
    let wrong = send(&scene.api, "POST", &check, Some(json!({"mapping": {"name": "age"}}))).await.expect(400);
    assert_eq!(wrong["details"]["field"], "mapping.name");
    send(&scene.api, "POST", &check, Some(json!({"mapping": {"name": "nick"}}))).await.expect(202);
    assert_eq!(over(&scene, import["id"].as_i64().unwrap()).await["status"], "good");
}

#[tokio::test]
async fn who_lost_the_right_between_asking_and_working_imports_nothing() {
    let scene = Scene::new(&["--no-worker"]).await;
    let before = state(&scene).await;
    let made =
        bring(&scene, &format!("{PEOPLE}&dryRun=false"), "email,name,role\na@b.example,A,rep\n").await.expect(201);
    let other = scene.host.api(&scene.tenant.new_key(&["read", "admin", "jobs:process"]).await);
    sql(&scene.env, "update app.api_keys set revoked_at = now() where id = (select actor_id from app.imports)").await;
    other.post("/api/jobs/process").await.expect(200);
    let job = other.get(&format!("/api/jobs/{}", made["jobId"])).await.expect(200);
    assert_eq!(job["status"], "failed", "{job}");
    assert!(job["error"].as_str().unwrap().contains("may not import any more"), "{job}");
    let import = other.get(&format!("/api/imports/{}", made["id"])).await.expect(200);
    assert_eq!((&import["status"], &import["applied"]), (&json!("failed"), &json!(0)));
    let (people, memberships, views, _) = state(&scene).await;
    assert_eq!((people, memberships, views), (before.0, before.1, before.2));
}

#[tokio::test]
async fn a_job_made_by_hand_applies_nobodys_import() {
    let scene = Scene::new(&[]).await;
    let import = looked_at(&scene, PEOPLE, "email,name,role\na@b.example,A,rep\n").await;
    assert_eq!(import["status"], "good");
    let job = json!({"type": "bulk_import", "payload": {"importId": import["id"], "apply": true}});
    let id = scene.enqueue(job).await.expect(201)["id"].as_i64().unwrap();
    scene.reaches(id, "failed", 30).await;
    assert_eq!(over(&scene, import["id"].as_i64().unwrap()).await["status"], "good");
}

#[tokio::test]
async fn a_row_that_came_meanwhile_breaks_the_whole_import_and_not_a_part() {
    let scene = Scene::new(&[]).await;
    let import = looked_at(&scene, PEOPLE, "email,name,role\nfirst@b.example,F,rep\nlate@b.example,L,rep\n").await;
    assert_eq!(import["status"], "good");
    send(&scene.api, "POST", "/api/people", Some(json!({"email": "late@b.example", "name": "L", "role": "rep"})))
        .await
        .expect(201);
    send(&scene.api, "POST", &format!("/api/imports/{}/apply", import["id"]), None).await.expect(202);
    let import = over(&scene, import["id"].as_i64().unwrap()).await;
    assert_eq!((&import["status"], &import["badRows"], &import["applied"]), (&json!("bad"), &json!(1), &json!(0)));
    let mut connection = PgConnection::connect(scene.env.url()).await.unwrap();
    let first = connection.fetch_one("select count(*) from app.people where email = 'first@b.example'").await.unwrap();
    assert_eq!(first.get::<i64, _>(0), 0);
}
