//! The pages of reports and imports: what they offer to whom, what they say of each state, and when they are read again.

use reqwest::Method;

use super::browser::{Browser, PASSWORD, Seen};
use super::plain::{Plain, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

struct Stage {
    env: Env,
    host: Host,
    north: Tenant,
    ana: Plain,
}

async fn stage() -> Stage {
    let env = Env::fresh().await;
    let north = Tenant::create(&env, "north").await;
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    north.new_person("bo@north.example", "rep", PASSWORD).await;
    let host = Host::start_with(&env, &["--no-worker"]).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    Stage { env, host, north, ana }
}

async fn post(plain: &Plain, path: &str, kind: &str, body: &str) -> Seen {
    let (kind, body) = (kind.to_owned(), body.to_owned());
    plain.script().send(Method::POST, path, |request| request.header("content-type", kind).body(body)).await
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn upload(plain: &Plain, file: &str) -> Seen {
    let part = |name: &str, body: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{body}\r\n");
    let body = part("target", "\r\n\r\npeople")
        + &part("file", &format!("; filename=\"<b>team.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}"))
        + "--x--\r\n";
    post(plain, "/imports", "multipart/form-data; boundary=x", &body).await
}

#[tokio::test]
async fn a_list_is_asked_for_with_its_filters_in_words_and_the_page_follows_until_it_is_made() {
    let Stage { env, host: _host, mut ana, .. } = stage().await;
    let list = ana.get("/changes?kind=deleted&page=2").await;
    assert!(shown(&list).contains("href=\"/reports?list=changes&amp;query=kind%3Ddeleted&amp;format=xlsx\""));
    let page = ana.get("/reports?list=changes&query=kind%3Ddeleted&format=xlsx").await;
    assert!(shown(&page).contains("Deleted") && shown(&page).contains("href=\"/changes?kind=deleted\""));
    assert!(shown(&page).contains("No file yet") && page.text.contains("aria-current=\"page\""), "{}", page.text);

    let seen = post(&ana, "/reports", FORM, "list=changes&query=kind%3Ddeleted&format=xlsx").await;
    assert_eq!((seen.status, seen.header("location")), (303, "/reports"));
    let page = ana.get("/reports").await;
    assert_eq!(page.header("refresh"), "3");
    assert!(
        shown(&page).contains("Waiting") && !shown(&page).contains("<form"),
        "nothing is typed into a page that goes"
    );
    for path in ["/reports?still=1", "/reports?list=changes"] {
        let page = ana.get(path).await;
        assert_eq!(page.header("refresh"), "", "{path}");
        assert!(shown(&page).contains("action=\"/reports\"") && shown(&page).contains("Look again"), "{path}");
    }

    sql(env.url(), "update jobs set status = 'failed', completed_at = now(), errors = '[{\"error\": \"<i>no disk\"}]'")
        .await;
    let page = ana.get("/reports").await;
    assert_eq!(page.header("refresh"), "");
    assert!(shown(&page).contains("Failed") && shown(&page).contains("&lt;i&gt;no disk"), "{}", shown(&page));
    sql(env.url(), "update reports set name = 'changes.xlsx', rows = 1204, bytes = 84000").await;
    let page = ana.get("/reports").await;
    let id = sql(env.url(), "select job_id from reports").await;
    assert!(shown(&page).contains(&format!("href=\"/api/reports/{id}/file\"")), "{}", shown(&page));
    assert!(
        shown(&page).contains("1,204 rows") && shown(&page).contains("84 kB") && shown(&page).contains("kept until")
    );
    assert!(!shown(&page).contains("no disk"), "it is there all the same");
}

#[tokio::test]
async fn what_is_refused_stands_in_the_frame_and_leads_back() {
    let Stage { host, north, mut ana, .. } = stage().await;
    let page = ana.get("/reports?list=changes&query=kind%3Dlost").await;
    assert_eq!(page.status, 400);
    assert!(shown(&page).contains("Kind: expected") && shown(&page).contains("href=\"/reports\""), "{}", shown(&page));
    let page = ana.get("/imports/7").await;
    assert!(page.status == 404 && shown(&page).contains("href=\"/imports\""), "{}", shown(&page));
    let page = upload(&ana, "").await;
    assert!(page.status == 400 && shown(&page).contains("File: is empty"), "{}", shown(&page));
    assert!(page.text.contains("#icon-bell") && page.text.contains("action=\"/sign-out\""));

    let mut bo = Plain::sign_in(&host.url, "bo@north.example").await;
    let page = bo.get("/imports").await;
    assert!(page.status == 403 && !shown(&page).contains("<form"), "{}", shown(&page));
    assert!(shown(&bo.get("/reports").await).contains("action=\"/reports\""), "whoever reads may have it as a file");
    let reader = Browser::with_key(&host.url, &north.new_key(&["read"]).await);
    let page = reader.get("/reports").await;
    assert!(page.status == 200 && !shown(&page).contains("<form"), "{}", shown(&page));
}

#[tokio::test]
async fn an_import_is_led_through_its_steps() {
    let Stage { env, host: _host, mut ana, .. } = stage().await;
    let seen = upload(&ana, "E-Mail,Full name,Desk\na@b.example,<i>A,2\n").await;
    assert_eq!(seen.status, 303, "{}", seen.text);
    let path = seen.header("location").to_owned();
    let page = ana.get(&path).await;
    assert!(shown(&page).contains("&lt;b&gt;team.csv") && shown(&page).contains("&lt;i&gt;A"), "{}", shown(&page));
    assert!(shown(&page).contains("Choose a column") && page.header("refresh").is_empty());

    let refused = post(&ana, &format!("{path}/check"), FORM, "email=E-Mail&name=Full+name").await;
    assert!(refused.status == 400 && shown(&refused).contains("Role: no column is named"), "{}", shown(&refused));
    let seen = post(&ana, &format!("{path}/check"), FORM, "email=E-Mail&name=Full+name&role=Desk").await;
    assert_eq!((seen.status, seen.header("location")), (303, path.as_str()));
    let page = ana.get(&path).await;
    assert!(page.header("refresh") == "3" && shown(&page).contains("Being checked"), "{}", shown(&page));
    assert!(!shown(&page).contains("<form") && shown(&page).contains("still=1"), "{}", shown(&page));
    assert_eq!(ana.get(&format!("{path}?still=1")).await.header("refresh"), "");

    sql(env.url(), "update imports set status = 'bad', bad_rows = 1, faults = '[{\"row\": 2, \"field\": \"role\", \"reason\": \"expected admin\"}]'").await;
    let page = ana.get(&path).await;
    assert!(shown(&page).contains("1 of 1 row cannot be taken") && shown(&page).contains("expected admin"));
    assert!(shown(&page).contains("/errors.csv\"") && !shown(&page).contains("/apply\""), "{}", shown(&page));
    sql(env.url(), "update imports set status = 'good', bad_rows = 0, faults = '[]'").await;
    let page = ana.get(&path).await;
    assert!(shown(&page).contains("Take this row<") && shown(&page).contains("/apply\""), "{}", shown(&page));
    sql(env.url(), "update imports set status = 'applied', applied_at = now()").await;
    let page = ana.get(&path).await;
    assert!(shown(&page).contains("1 person is invited.") && shown(&page).contains("href=\"/settings/people\""));
    assert!(!shown(&page).contains("<form"), "{}", shown(&page));
    assert!(shown(&ana.get("/imports").await).contains("&lt;b&gt;team.csv"));
}
