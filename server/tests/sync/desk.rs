//! Every number leads to a list with as many rows, and that to a file with as many lines, in each tenant's own days.

use chrono::{Datelike, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::support::{Api, Env, Host, Stand, Tenant, patch};

/// The first day of this month and of the next, as far as a test's seconds tell.
fn month() -> (NaiveDate, NaiveDate) {
    let first = Utc::now().date_naive().with_day(1).unwrap();
    (first, first + chrono::Months::new(1))
}

/// An account with records at the edges of the month, of odd states, and without any.
async fn odd_account() -> Stand {
    let stand = Stand::of(120, &[]).await;
    let (first, next) = month();
    let mut records = Vec::new();
    for day in [first.pred_opt().unwrap(), first, next.pred_opt().unwrap(), next] {
        for hour in (0..24).step_by(3) {
            records.push(json!({"starts_at": format!("{day}T{hour:02}:30:00.000Z"), "state": 3, "status": 20, "charge_total": "10.1"}));
        }
    }
    for (state, status) in [(2, 99), (2, 60), (7, 0), (3, 50), (0, 0)] {
        records.push(json!({"starts_at": format!("{first}T12:00:00.000Z"), "state": state, "status": status, "charge_total": "-0.05"}));
    }
    records.push(json!({"starts_at": null, "ends_at": null, "status": null, "state": null, "status_name": null, "charge_total": null}));
    for record in records {
        stand.account.create(patch(record));
    }
    stand
}

/// The links of a page to lists, with their queries.
fn links(html: &str) -> Vec<String> {
    let found = html.split("href=\"/opportunities").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut links: Vec<String> =
        found.filter(|rest| !rest.starts_with('/')).map(|rest| rest.replace("&amp;", "&")).collect();
    links.sort();
    links.dedup();
    links
}

/// Rows of a list over all of its pages.
async fn rows(api: &Api, query: &str) -> Vec<Value> {
    let path = format!("/api/opportunities{}", if query.is_empty() { "?" } else { query });
    api.all("opportunities", &path).await
}

/// Lines of the file behind a list, without its three first.
async fn lines(api: &Api, query: &str) -> Vec<String> {
    let answer = api.request(reqwest::Method::GET, &format!("/api/opportunities.csv{query}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(text.starts_with("# Opportunities of") || text.starts_with("\"# Opportunities of"), "{text}");
    text.split("\r\n").skip(3).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn cents(row: &Value) -> i64 {
    row["charge_total"].as_str().map_or(0, |text| text.replace('.', "").parse().unwrap())
}

#[tokio::test]
async fn every_number_equals_the_rows_behind_it_in_three_zones() {
    let env = Env::fresh().await;
    let stand = odd_account().await;
    let host = Host::start(&env).await;
    for (slug, zone) in [("north", "Europe/London"), ("west", "America/Los_Angeles"), ("east", "Pacific/Auckland")] {
        let create = ["tenant", "create", "--slug", slug, "--name", slug, "--timezone", zone];
        let id = env.backline_ok(&create, "").await;
        let mut tenant = Tenant::of(&env, slug, &id);
        tenant.key = tenant.new_key(&["read", "sync"]).await;
        tenant.connect_to(&stand.base_url, "demo", "demo-token").await;
        let api = host.api(&tenant.key);
        api.sync("initial").await.expect(200);

        let figures = api.get("/api/dashboard").await.expect(200)["data"].clone();
        let html = api.request(reqwest::Method::GET, "/").send().await.unwrap().text().await.unwrap();
        let links = links(&html);
        let link = |part: &str| {
            links.iter().find(|link| link.contains(part)).unwrap_or_else(|| panic!("{part}: {links:?}")).clone()
        };

        let open = rows(&api, &link("kind=open")).await;
        let sum: i64 = open.iter().map(cents).sum();
        let shown: i64 = figures["overview"]["openValue"].as_str().unwrap().replace('.', "").parse().unwrap();
        assert_eq!(sum, shown, "{zone}: open value");
        let orders = rows(&api, &link("kind=booked")).await.len();
        assert_eq!(json!(orders), figures["overview"]["ordersThisMonth"], "{zone}: orders this month");
        let all = rows(&api, "").await.len();
        assert_eq!(json!(all), figures["overview"]["totalOpportunities"], "{zone}: all");
        for status in figures["statusDistribution"].as_array().unwrap() {
            let word = status["statusCode"].as_i64().map_or_else(|| "none".into(), |code| code.to_string());
            let query = format!("?status={word}");
            assert_eq!(json!(rows(&api, &query).await.len()), status["count"], "{zone}: {status}");
        }
        // Narrowed to dates that this month is not among: every link still leads to a list.
        let (_, next) = month();
        let later = format!("/?from={}&to={}", next + chrono::Months::new(1), next + chrono::Months::new(3));
        let html = api.request(reqwest::Method::GET, &later).send().await.unwrap().text().await.unwrap();
        for link in self::links(&html) {
            assert_eq!(rows(&api, &link).await.len(), lines(&api, &link).await.len(), "{zone}: {link} of {later}");
        }
        // Every link of the page, whatever it leads to: as many rows as the file has lines.
        assert!(links.iter().any(|link| link.contains("%2C")), "the rest of the pie has a link: {links:?}");
        for link in &links {
            assert_eq!(rows(&api, link).await.len(), lines(&api, link).await.len(), "{zone}: {link}");
        }
    }
}

#[tokio::test]
async fn a_file_holds_what_was_asked_for_and_no_formula() {
    let env = Env::fresh().await;
    let stand = Stand::of(10, &[]).await;
    let formula =
        stand.account.create(patch(json!({"subject": "=HYPERLINK(\"http://evil.example\")", "charge_total": "-12.5"})));
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let host = Host::start(&env).await;
    let api = host.api(&tenant.key);
    api.sync("initial").await.expect(200);
    let lines = lines(&api, &format!("?q={formula}&columns=id,subject,value")).await;
    assert_eq!(lines, [format!("{formula},\"'=HYPERLINK(\"\"http://evil.example\"\")\",-12.50")]);
    for wrong in ["?sort=data", "?columns=tenant_id", "?status=x", "?nothing=1"] {
        let answer = api.get(&format!("/api/opportunities.csv{wrong}")).await;
        assert_eq!(answer.code(400), "INVALID", "{wrong}");
    }
}

/// Pages of the second half are sought from the end.
#[tokio::test]
async fn the_pages_of_a_list_are_the_file_in_pieces_whatever_their_size_and_order() {
    let env = Env::fresh().await;
    let stand = odd_account().await;
    let host = Host::start(&env).await;
    let tenant = Tenant::connected(&env, "north", &stand).await;
    let api = host.api(&tenant.key);
    api.sync("initial").await.expect(200);
    for sort in [
        "id",
        "-id",
        "name",
        "-venue_name",
        "status",
        "-charge_total",
        "starts_at",
        "-updated_at_rms",
        "last_webhook_at",
    ] {
        for filter in ["", "&kind=booked", "&q=zzzz"] {
            let query = format!("?sort={sort}{filter}");
            let whole: Vec<String> =
                lines(&api, &query).await.iter().map(|line| line.split(',').next().unwrap().to_owned()).collect();
            for limit in [1, 7, 50, 99, 100] {
                let last = whole.len().div_ceil(limit).max(1);
                for page in [1, last / 2, last / 2 + 1, last.saturating_sub(1), last, last + 1]
                    .into_iter()
                    .filter(|page| *page > 0)
                {
                    let path = format!("/api/opportunities{query}&limit={limit}&page={page}");
                    let answer = api.get(&path).await.expect(200);
                    let ids: Vec<String> =
                        answer["opportunities"].as_array().unwrap().iter().map(|row| row["id"].to_string()).collect();
                    let expected: Vec<_> = whole.iter().skip((page - 1) * limit).take(limit).cloned().collect();
                    assert_eq!(ids, expected, "{path}");
                }
            }
        }
    }
}
