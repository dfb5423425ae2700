//! Where the clocks change a day has 23 or 25 hours, or half an hour more: every number still equals the rows behind it and
//! the lines of its file, for random data around the change, also of the lists of changes and of failed records.

use chrono::{DateTime, Days, Duration, NaiveDate, TimeZone, Utc};
use chrono_tz::{OffsetComponents, Tz};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sqlx::Executor;

use crate::support::{Api, Env, Host, Stand, Tenant, patch};

const ZONES: [(&str, Tz); 3] =
    [("north", Tz::Europe__Berlin), ("west", Tz::America__New_York), ("south", Tz::Australia__Lord_Howe)];

/// The first hour after `from` at which the zone's offset is another.
fn switch(zone: Tz, from: DateTime<Utc>) -> DateTime<Utc> {
    let offset = |at: DateTime<Utc>| {
        let offset = *zone.from_utc_datetime(&at.naive_utc()).offset();
        offset.base_utc_offset() + offset.dst_offset()
    };
    (0..366 * 48)
        .map(|half| from + Duration::minutes(30 * half))
        .find(|at| offset(*at) != offset(*at - Duration::minutes(30)))
        .unwrap_or_else(|| panic!("{zone} does not change its clocks"))
}

/// The civil day of an instant, from the zone's own clock.
fn day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// Instants within two days of the change, its own edges and those of the days around it among them.
fn around(change: DateTime<Utc>, dice: &mut StdRng) -> Vec<DateTime<Utc>> {
    let edges = [-1, 0, 1, -3600, 3600, 1800].map(|seconds| change + Duration::seconds(seconds));
    let random = (0..40).map(|_| change + Duration::seconds(dice.random_range(-48 * 3600..48 * 3600)));
    let hours = (-30..30).map(|hour| change + Duration::hours(hour));
    let mut all: Vec<_> = edges.into_iter().chain(random.collect::<Vec<_>>()).collect();
    all.extend(hours.flat_map(|at| [at - Duration::seconds(1), at]));
    all
}

/// Rows of a list as REST pages through it, after its file was found to have as many lines.
async fn rows(api: &Api, name: &str, query: &str) -> Vec<Value> {
    let (list, file) = match name {
        "failures" => ("/api/sync/failures".to_owned(), "/api/sync/failures.csv".to_owned()),
        name => (format!("/api/{name}"), format!("/api/{name}.csv")),
    };
    let rows = api.all(name, &format!("{list}?{query}")).await;
    let answer = api.request(reqwest::Method::GET, &format!("{file}?{query}")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{file}?{query}");
    let lines = answer.text().await.unwrap().split("\r\n").skip(3).filter(|line| !line.is_empty()).count();
    assert_eq!(rows.len(), lines, "{file}?{query}");
    rows
}

fn cents(row: &Value) -> i64 {
    row["charge_total"].as_str().map_or(0, |text| text.replace('.', "").parse().unwrap())
}

fn minor(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// What a tenant's days should hold, counted here from the instants that were made up.
struct Truth {
    zone: Tz,
    starts: Vec<DateTime<Utc>>,
    changed: Vec<DateTime<Utc>>,
}

impl Truth {
    fn count(&self, instants: &[DateTime<Utc>], from: NaiveDate, to: NaiveDate) -> usize {
        instants.iter().filter(|at| (from..=to).contains(&day(**at, self.zone))).count()
    }
}

async fn check(api: &Api, truth: &Truth, from: NaiveDate, to: NaiveDate, at: &str) {
    let range = format!("from={from}&to={to}");
    let figures = api.get(&format!("/api/dashboard?startDate={from}&endDate={to}")).await.expect(200)["data"].clone();
    let all = rows(api, "opportunities", &range).await;
    assert_eq!(all.len(), truth.count(&truth.starts, from, to), "{at}: begins in the range");
    assert_eq!(json!(all.len()), figures["overview"]["totalOpportunities"], "{at}: all");
    let open = rows(api, "opportunities", &format!("{range}&kind=open")).await;
    assert_eq!(open.iter().map(cents).sum::<i64>(), minor(&figures["overview"]["openValue"]), "{at}: open value");
    for status in figures["statusDistribution"].as_array().unwrap() {
        let word = status["statusCode"].as_i64().map_or_else(|| "none".into(), |code| code.to_string());
        let listed = rows(api, "opportunities", &format!("{range}&status={word}")).await;
        assert_eq!(json!(listed.len()), status["count"], "{at}: {status}");
    }
    for month in figures["valueByMonth"].as_array().unwrap() {
        let first: NaiveDate = month["month"].as_str().unwrap().parse().unwrap();
        let last = (first + chrono::Months::new(1)).pred_opt().unwrap();
        let (first, last) = (first.max(from), last.min(to));
        for kind in ["booked", "quoted"] {
            let sum = if first <= last {
                let listed = rows(api, "opportunities", &format!("from={first}&to={last}&kind={kind}")).await;
                listed.iter().map(cents).sum()
            } else {
                0
            };
            assert_eq!(sum, minor(&month[kind]), "{at}: {kind} in {month}");
        }
    }
    for on in figures["timeline"].as_array().unwrap() {
        let date = on["date"].as_str().unwrap();
        let listed = rows(api, "changes", &format!("from={date}&to={date}&startsFrom={from}&startsTo={to}")).await;
        assert_eq!(json!(listed.len()), on["count"], "{at}: changes on {date}");
    }
    let failed = rows(api, "failures", "").await;
    assert_eq!(json!(failed.len()), figures["overview"]["failedRecords"], "{at}: failed");
    assert_eq!(failed.len(), 2, "{at}: failed");
    let changed = rows(api, "changes", &range).await;
    assert_eq!(changed.len(), truth.count(&truth.changed, from, to), "{at}: changed in the range");
}

#[tokio::test]
async fn every_number_equals_its_rows_while_the_clocks_change() {
    let seed = u64::from(Utc::now().timestamp_subsec_nanos());
    let dice = &mut StdRng::seed_from_u64(seed);
    let env = Env::fresh().await;
    let stand = Stand::of(10, &["broken=2"]).await;
    let now = Utc::now();
    let mut starts: Vec<DateTime<Utc>> = Vec::new();
    for (_, zone) in ZONES {
        starts.extend(around(switch(zone, now + Duration::days(3)), dice));
    }
    for at in &starts {
        let state = [2, 3][dice.random_range(0..2)];
        let status = [0, 1, 5, 20, 50, 60][dice.random_range(0..6)];
        let amount = format!("{}.{:02}", dice.random_range(0..9000), dice.random_range(0..100));
        stand.account.create(patch(json!({"starts_at": at, "state": state, "status": status, "charge_total": amount})));
    }
    let host = Host::start(&env).await;
    for (slug, zone) in ZONES {
        let create = ["tenant", "create", "--slug", slug, "--name", slug, "--timezone", zone.name()];
        let id = env.backline_ok(&create, "").await;
        let mut tenant = Tenant::of(&env, slug, &id);
        tenant.key = tenant.new_key(&["read", "sync"]).await;
        tenant.connect_to(&stand.base_url, "demo", "demo-token").await;
        let api = host.api(&tenant.key);
        api.sync("initial").await.expect(200);
        // Changes of the last time that this zone changed its clocks.
        let past = switch(zone, now - Duration::days(364));
        let changed = around(past, dice);
        let ids: Vec<i64> = api
            .all("opportunities", "/api/opportunities?limit=100")
            .await
            .iter()
            .map(|row| row["id"].as_i64().unwrap())
            .collect();
        let mut worker = env.connect("backline_worker", &tenant.id).await;
        for at in &changed {
            let of = ids[dice.random_range(0..ids.len())];
            worker.execute(sqlx::query("insert into opportunity_changes (tenant_id, opportunity_id, changed_at, kind, source) values (app.tid(), $1, $2, 'updated', 'sync')").bind(of).bind(at)).await.unwrap();
        }
        // The other records of the account begin whenever: those of the range are asked of the mirror, not of the truth.
        let listed = api.all("opportunities", "/api/opportunities?limit=100").await;
        let starts = listed.iter().filter_map(|row| row["starts_at"].as_str()?.parse().ok()).collect();
        let truth = Truth { zone, starts, changed };
        for change in [switch(zone, now + Duration::days(3)), past] {
            let on = day(change, zone);
            let around = [(0, 0), (1, 0), (0, 1), (1, 1)];
            for (before, after) in around {
                let (from, to) = (on - Days::new(before), on + Days::new(after));
                check(&api, &truth, from, to, &format!("seed {seed}, {zone}, {from} to {to}")).await;
            }
        }
        let figures = api.get("/api/dashboard").await.expect(200)["data"].clone();
        for on in figures["timeline"].as_array().unwrap() {
            let date = on["date"].as_str().unwrap();
            assert_eq!(
                json!(rows(&api, "changes", &format!("from={date}&to={date}")).await.len()),
                on["count"],
                "{zone}"
            );
        }
        assert_eq!(rows(&api, "changes", "").await.len(), listed.len() + truth.changed.len(), "{zone}: all changes");
        assert_eq!(rows(&api, "changes", "kind=created").await.len(), listed.len(), "{zone}: created");
    }
}
