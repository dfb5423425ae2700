//! The pages of metrics without WASM: the whole journey by plain forms, who may go it, and text that is hostile.

use reqwest::Method;

use super::browser::{PASSWORD, Seen};
use super::plain::{Plain, shown};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const PATH: &str = "/metrics/definitions";
const HOSTILE: &str = r#"<script>x</script>"&'</textarea>=1+1"#;

struct Stage {
    env: Env,
    host: Host,
    ana: Plain,
}

/// Customers 1 to 6; customer n had its last order 20 n days ago, of n00.00, and before it two each 10 n days apart. The sixth has a
/// hostile name and something booked. What is another tenant's is there too.
async fn stage() -> Stage {
    let env = Env::fresh().await;
    let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
    north.new_person("ana@north.example", "admin", PASSWORD).await;
    for tenant in [&north.id, &south.id] {
        let rows = format!(
            "insert into opportunities (tenant_id, id, name, state, status, starts_at, charge_total, organisation_id, organisation_name, updated_at_rms, data, digest, synced_at)
             select '{tenant}', 10 * n + k, 'Show ' || n, 3, 5,
                 now() + case when k = 4 then interval '30 days' else (-10 * n * (k + 1)) * interval '1 day' end, 100 * n, n,
                 case n when 6 then '{}' else 'Hall ' || n end, now(), '{{}}', sha256(''), now()
             from generate_series(1, 6) n, generate_series(1, 4) k where k < 4 or n = 6",
            HOSTILE.replace('\'', "''")
        );
        sql(env.url(), &rows).await;
    }
    let host = Host::start_with(&env, &["--no-worker"]).await;
    let ana = Plain::sign_in(&host.url, "ana@north.example").await;
    Stage { env, host, ana }
}

/// The fields of the editor as a browser would send them.
#[derive(Clone, Debug)]
struct Editor(Vec<(String, String)>);

impl Editor {
    fn of(page: &Seen) -> Editor {
        let html = shown(page);
        let form = html.split_once("<form id=\"editor\"").unwrap_or_else(|| panic!("no editor: {html}")).1;
        let form = form.split_once("</form>").unwrap().0;
        let mut pairs = Vec::new();
        let attribute = |tag: &str, name: &str| {
            tag.split_once(&format!(" {name}=\"")).map(|(_, rest)| unescaped(rest.split_once('"').unwrap().0))
        };
        let is =
            |tag: &str, name: &str| tag.split(' ').any(|word| word == name || word.starts_with(&format!("{name}=")));
        let mut rest = form;
        while let Some(start) = rest.find('<') {
            rest = &rest[start + 1..];
            let (tag, after) = rest.split_once('>').unwrap();
            let Some(name) = attribute(tag, "name").filter(|_| !tag.starts_with("button")) else { continue };
            if tag.starts_with("input") {
                if attribute(tag, "type").as_deref() != Some("checkbox") || is(tag, "checked") {
                    pairs.push((name, attribute(tag, "value").unwrap_or_default()));
                }
            } else if tag.starts_with("textarea") {
                let text = after.split_once("</textarea>").unwrap().0;
                pairs.push((name, unescaped(text.strip_prefix('\n').unwrap_or(text))));
            } else if tag.starts_with("select") {
                let options: Vec<&str> = after
                    .split_once("</select>")
                    .unwrap()
                    .0
                    .split("<option")
                    .skip(1)
                    .map(|o| o.split('>').next().unwrap())
                    .collect();
                let chosen = options.iter().find(|option| is(option, "selected")).or(options.first());
                pairs.extend(chosen.map(|option| (name, attribute(option, "value").unwrap_or_default())));
            }
        }
        Editor(pairs)
    }

    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no field {name} in {:?}", self.0))
    }

    fn with(&self, name: &str, value: &str) -> Editor {
        let mut pairs = self.0.clone();
        pairs.retain(|(key, _)| key != name);
        pairs.push((name.to_owned(), value.to_owned()));
        Editor(pairs)
    }

    fn body(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}

async fn post(plain: &Plain, path: &str, form: String) -> Seen {
    let send = |request: reqwest::RequestBuilder| {
        request.header("content-type", "application/x-www-form-urlencoded").body(form)
    };
    plain.script().send(Method::POST, path, send).await
}

async fn step(plain: &Plain, path: &str, editor: &Editor, step: &str) -> Seen {
    let seen = post(plain, path, editor.with("step", step).body()).await;
    assert_eq!(seen.status, 200, "{step}: {}", seen.text);
    seen
}

#[tokio::test]
async fn a_metric_goes_its_whole_way_by_plain_forms() {
    let mut stage = stage().await;
    let ana = &mut stage.ana;
    let page = ana.get("/metrics/new").await;
    assert!(shown(&page).contains("/metrics/new?template=dormant"), "{}", shown(&page));
    let new = "/metrics/new";
    let page = ana.get(&format!("{new}?blank=customer")).await;
    let editor = Editor::of(&page).with("n/0.f", "days_since_last_order");
    let page = step(ana, new, &editor, "look").await;
    let editor = Editor::of(&page);
    assert_eq!(editor.get("n/0.op"), "gt", "the first question of a number");
    assert!(shown(&page).contains("1 condition is not filled in yet"), "{}", shown(&page));
    // A wrong value is told at its input, and nothing is lost.
    let page = step(ana, new, &editor.with("n/0.v", "soon").with("name", "Quiet"), "look").await;
    let wrong = shown(&page).split_once("id=\"n/0-error\"").unwrap().1.split_once("</p>").unwrap().0;
    assert!(wrong.contains("data-for=\"n/0.v\"") && wrong.len() > 60, "{wrong}");
    assert!(shown(&page).contains("The preview follows when one thing is mended."));
    let page = step(ana, new, &Editor::of(&page).with("n/0.v", "50"), "look").await;
    let html = shown(&page);
    assert!(html.contains("Customers where days since last order is more than 50."), "{html}");
    assert!(
        html.contains("4 of 6 customers, 66.7 %") && html.contains("4 left") && html.contains("data-dirty"),
        "{html}"
    );
    // A group beside it: whoever has nothing booked, or spends much.
    let page = step(ana, new, &Editor::of(&page), "group:n").await;
    let editor = Editor::of(&page).with("n/1/0.f", "next_booking_date").with("n/1/0.op", "is_null");
    let page = step(ana, new, &editor, "add:n/1").await;
    let editor = Editor::of(&page).with("n/1/1.f", "revenue_12m").with("n/1/1.op", "gte").with("n/1/1.v", "5000");
    let page = step(ana, new, &editor, "why:6").await;
    let html = shown(&page);
    assert!(html.contains("3 of 6 customers, 50.0 %"), "{html}");
    let explained = html.split_once("data-part=\"explained\"").unwrap().1;
    assert!(explained.contains("Does not count") && explained.contains("found 120"), "{explained}");
    // Nothing is stored until it is saved; what is missing then is told.
    assert_eq!(
        sql(
            stage.env.url(),
            "select count(*) from metric_definitions where tenant_id = (select id from tenants where slug = 'north')"
        )
        .await,
        "2"
    );
    let refused = post(ana, new, Editor::of(&page).with("save", "active").body()).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(
        shown(&refused).contains("href=\"#code\"") && shown(&refused).contains("href=\"#description\""),
        "{}",
        shown(&refused)
    );
    let editor = Editor::of(&refused).with("code", "quiet").with("description", HOSTILE).with("note", "first");
    let taken = post(ana, new, editor.with("code", "at_risk_customer").with("save", "active").body()).await;
    assert!(taken.status == 409 && shown(&taken).contains("is in use"), "{}", shown(&taken));
    let made = post(ana, new, editor.with("save", "active").body()).await;
    assert_eq!(
        (made.status, made.header("location")),
        (303, "/metrics/definitions/quiet?done=active&v=1"),
        "{}",
        made.text
    );
    let page = ana.get(made.header("location")).await;
    assert!(
        shown(&page).contains("version 1 counts from now on") && shown(&page).contains("Active v1"),
        "{}",
        shown(&page)
    );
    assert!(shown(&page).contains("Hall 5") && !shown(&page).contains("<script>x"), "{}", shown(&page));

    // A second version by JSON, compared with the first, and the first restored.
    let edit = format!("{PATH}/quiet/edit");
    let page = ana.get(&edit).await;
    let editor = Editor::of(&page);
    assert!(!shown(&page).contains("data-dirty"), "nothing is changed yet");
    let torn = post(ana, &edit, editor.with("json", "{\n \"entity\": customer}").with("step", "json").body()).await;
    assert!(
        shown(&torn).contains("Line 2, column") && shown(&torn).contains("\"entity\": customer}"),
        "{}",
        shown(&torn)
    );
    let text = editor.get("json").replace("\"int\": 50", "\"int\": 90");
    let page = step(ana, &edit, &editor.with("json", &text), "json").await;
    let editor = Editor::of(&page);
    assert_eq!(editor.get("n/0.v"), "90");
    assert!(shown(&page).contains("0 enter, 2 leave against v1"), "{}", shown(&page));
    assert_eq!(
        post(ana, &edit, editor.with("save", "active").body()).await.header("location"),
        "/metrics/definitions/quiet?done=active&v=2"
    );
    let same = Editor::of(&ana.get(&edit).await);
    assert_eq!(
        post(ana, &edit, same.with("save", "active").body()).await.header("location"),
        "/metrics/definitions/quiet?done=same&v=2"
    );
    let page = ana.get(&format!("{PATH}/quiet/history?from=1&to=2")).await;
    let effect = shown(&page).split_once("id=\"effect\"").unwrap().1;
    assert!(
        effect.contains("Changed: ") && effect.contains("Hall 3") && effect.contains("less revenue in 12 months"),
        "{effect}"
    );
    let restored = post(ana, &format!("{PATH}/quiet/restore"), "version=1&expectedVersion=2".into()).await;
    assert_eq!(
        restored.header("location"),
        "/metrics/definitions/quiet/history?done=restored&v=3",
        "{}",
        restored.text
    );

    // Whoever began with version 2 is told what was saved meanwhile, and keeps what they have.
    let late = post(ana, &edit, same.with("n/0.v", "70").with("save", "active").body()).await;
    let html = shown(&late);
    assert!(late.status == 409 && html.contains("ana@north.example saved version 3 meanwhile"), "{html}");
    assert!(html.contains("is more than 70") && html.contains("is more than 50"), "both sides: {html}");
    let after = Editor::of(&late);
    assert_eq!((after.get("n/0.v"), after.get("expectedVersion")), ("70", "3"));
    assert_eq!(
        post(ana, &edit, after.with("save", "draft").body()).await.header("location"),
        "/metrics/definitions/quiet?done=draft&v=4"
    );

    // Kept, listed, ended.
    assert_eq!(post(ana, &format!("{PATH}/quiet/values"), String::new()).await.status, 303);
    let page = ana.get(&format!("{PATH}?search=qui")).await;
    let html = shown(&page);
    assert!(html.contains("Draft v4") && html.contains("<strong>3<") && !html.contains("at_risk_customer"), "{html}");
    let end = format!("{PATH}/quiet/deprecate");
    let refused = post(ana, &end, "reason=old&replacedBy=nothing_such".into()).await;
    assert!(refused.status == 400 && shown(&refused).contains("id=\"end-error\""), "{}", shown(&refused));
    assert_eq!(post(ana, &end, "reason=+&replacedBy=".into()).await.status, 400);
    assert_eq!(post(ana, &end, "reason=old+%3Cb%3E&replacedBy=at_risk_customer".into()).await.status, 303);
    let page = ana.get(&format!("{PATH}/quiet")).await;
    assert!(
        shown(&page).contains("old &lt;b&gt;")
            && shown(&page).contains("href=\"/metrics/definitions/at_risk_customer\""),
        "{}",
        shown(&page)
    );
    assert!(!shown(&ana.get(PATH).await).contains(">quiet<"));
    assert!(shown(&ana.get(&format!("{PATH}?includeDeprecated=true")).await).contains(">quiet<"));
}

#[tokio::test]
async fn what_the_editor_shows_it_reads_back_as_the_same_formula() {
    let mut stage = stage().await;
    for template in domain::metrics::templates::all() {
        let page = stage.ana.get(&format!("/metrics/new?template={}", template.code)).await;
        let first = Editor::of(&page);
        let again = Editor::of(&step(&stage.ana, "/metrics/new", &first, "look").await);
        assert_eq!(first.get("json"), again.get("json"), "{}", template.code);
        let stands: serde_json::Value = serde_json::from_str(first.get("json")).unwrap();
        let told = domain::metrics::Formula::read(&template.formula).unwrap().to_json();
        assert_eq!(stands, told, "{}", template.code);
    }
    // What no template has: lists, choices, ends of days, other fields, arithmetic that inputs cannot show.
    let formula = serde_json::json!({"entity": "opportunity", "where": {"all": [
        {"f": "status", "op": "in", "v": {"texts": ["lost", "dead"]}},
        {"f": "starts_at", "op": "between", "v": {"list": [{"days_ago": 30}, {"date": "2027-01-01"}]}},
        {"f": "subject", "op": "ne", "v": {"f": "venue_name"}},
        {"f": "owner_name", "op": "not_in", "v": {"texts": [HOSTILE, "b, c"]}},
        {"f": "charge_total", "op": "gt", "v": {"expr": {"add": [{"f": "total_value"}, {"int": 1}]}}},
        {"not": {"any": [{"f": "has_organisation", "op": "is", "v": {"bool": false}}, {"f": "subject", "op": "contains", "v": {"text": "  a\nb "}}]}}
    ]}, "measure": {"kind": "ratio", "num": {"kind": "count", "where": {"f": "subject", "op": "is_null"}}, "den": {"kind": "count", "base": true}}});
    let blank = Editor::of(&stage.ana.get("/metrics/new?blank=opportunity").await);
    let read = Editor::of(&step(&stage.ana, "/metrics/new", &blank.with("json", &formula.to_string()), "json").await);
    let told: serde_json::Value = serde_json::from_str(read.get("json")).unwrap();
    assert_eq!(told, domain::metrics::Formula::read(&formula).unwrap().to_json());
    let page = step(&stage.ana, "/metrics/new", &read, "look").await;
    assert_eq!(Editor::of(&page).get("json"), read.get("json"));
    assert!(shown(&page).contains("is empty count too"), "{}", shown(&page));
    assert!(!page.text.contains("<script>x") && !page.text.contains("</textarea>=1"), "{}", page.text);
}

#[tokio::test]
async fn tests_are_run_at_once_and_a_failing_one_keeps_a_version_from_counting() {
    let mut stage = stage().await;
    let edit = format!("{PATH}/at_risk_customer/edit");
    let editor = Editor::of(&stage.ana.get(&edit).await);
    let page = step(&stage.ana, &edit, &editor, "test").await;
    let editor = Editor::of(&page).with("t/0.v/days_since_last_order", "10");
    let page = step(&stage.ana, &edit, &editor, "look").await;
    assert!(shown(&page).contains(">Fails<") && shown(&page).contains("does not hold (10)"), "{}", shown(&page));
    let saved = post(&stage.ana, &edit, editor.with("save", "active").body()).await;
    assert_eq!(saved.header("location"), "/metrics/definitions/at_risk_customer?done=tests&v=2", "{}", saved.text);
    let kept = Editor::of(&stage.ana.get(&edit).await);
    let page = step(&stage.ana, &edit, &kept.with("t/0.expected", "out"), "look").await;
    assert!(shown(&page).contains(">Passes<"), "{}", shown(&page));
    let wrong = step(&stage.ana, &edit, &editor.with("t/0.v/days_since_last_order", "many"), "look").await;
    let told = shown(&wrong).split_once("id=\"t/0-error\"").unwrap().1.split_once("</p>").unwrap().0;
    assert!(told.len() > 70, "{told}");
}

#[tokio::test]
async fn a_rep_reads_and_changes_nothing_and_another_tenant_sees_nothing() {
    let mut stage = stage().await;
    sql(
        stage.env.url(),
        "insert into people (email, name, password_hash) select e, e, password_hash from people, unnest(array['rep@north.example', 'eve@south.example']) e;
         insert into memberships (tenant_id, person_id, role) select t.id, p.id, case t.slug when 'north' then 'rep' else 'admin' end
             from people p join tenants t on split_part(p.email, '@', 2) = t.slug || '.example' on conflict do nothing",
    )
    .await;
    let editor = Editor::of(&stage.ana.get("/metrics/new?template=new_customer").await);
    assert_eq!(
        post(&stage.ana, "/metrics/new", editor.with("code", "norths").with("save", "active").body()).await.status,
        303
    );
    let mut rep = Plain::sign_in(&stage.host.url, "rep@north.example").await;
    for path in ["", "/norths", "/norths/history"] {
        let page = rep.get(&format!("{PATH}{path}")).await;
        assert_eq!(page.status, 200, "{path}");
        for word in ["Make a metric", "/edit", "Deprecate this", "Compute and keep", "Restore"] {
            assert!(!shown(&page).contains(word), "{path}: {word}");
        }
    }
    let mut eve = Plain::sign_in(&stage.host.url, "eve@south.example").await;
    for path in ["/norths", "/norths/edit", "/norths/history", "/norths/rows.csv", "/No-Code", "/%00"] {
        assert_eq!(eve.get(&format!("{PATH}{path}")).await.status, 404, "{path}");
    }
    let body = editor.with("save", "active").body();
    assert_eq!(post(&eve, &format!("{PATH}/norths/edit"), body.clone()).await.status, 404);
    assert_eq!(post(&rep, &format!("{PATH}/norths/edit"), body).await.status, 403);
    assert_eq!(post(&eve, &format!("{PATH}/norths/deprecate"), "reason=x&replacedBy=".into()).await.status, 404);
    assert!(!shown(&eve.get(PATH).await).contains("norths"));
}

#[tokio::test]
async fn the_rows_are_a_file_that_no_spreadsheet_runs() {
    let mut stage = stage().await;
    sql(stage.env.url(), "update opportunities set organisation_name = '=1+1' where organisation_id = 5").await;
    let file = stage.ana.get(&format!("{PATH}/at_risk_customer/rows.csv")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").contains("at_risk_customer-"), "{:?}", file.headers);
    let lines: Vec<&str> = file.text.split("\r\n").collect();
    assert!(lines[0].contains("at_risk_customer v1 of") && lines[0].contains("5 rows"), "{lines:?}");
    assert!(lines[1].contains("days since last order is more than 30"), "{lines:?}");
    assert!(lines[2].starts_with("id,name,"), "{lines:?}");
    assert!(file.text.contains("'=1+1") && !file.text.contains(",=1+1"), "{}", file.text);
}

#[tokio::test]
async fn only_the_list_and_the_editor_ask_for_the_wasm_and_no_page_has_a_style_of_its_own() {
    let mut stage = stage().await;
    for (path, live) in [
        (PATH, true),
        ("/metrics/new", false),
        ("/metrics/new?template=healthy", true),
        ("/metrics/definitions/at_risk_customer", false),
        ("/metrics/definitions/at_risk_customer/edit", true),
        ("/metrics/definitions/at_risk_customer/history", false),
    ] {
        let page = stage.ana.get(path).await;
        let html = &page.text;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(html.contains("data-live=\"\""), live, "{path}");
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("javascript:"), "{path}");
        assert!(html.contains("href=\"/metrics/definitions\" rel=\"external\""), "{path}: the sidebar leads here");
    }
}
