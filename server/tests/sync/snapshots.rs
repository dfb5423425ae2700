//! The dashboard of the days before: kept once a night, never made up, and what today is compared with.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc};
use domain::audit::AuditKey;
use domain::calendar;
use domain::dashboard::snapshot;
use domain::db::Db;
use domain::live::Changes;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::{Api, Env, Host, Stand, Tenant, patch, until};

fn today_in(zone: &str) -> NaiveDate {
    calendar::date(Utc::now(), calendar::zone_or_utc(zone))
}

/// A connected tenant of this zone.
async fn tenant_in(env: &Env, stand: &Stand, slug: &str, zone: &str) -> Tenant {
    let id = env.backline_ok(&["tenant", "create", "--slug", slug, "--name", slug, "--timezone", zone], "").await;
    let mut tenant = Tenant::of(env, slug, &id);
    tenant.key = tenant.new_key(&["read", "sync"]).await;
    tenant.connect_to(&stand.base_url, "demo", "demo-token").await;
    tenant
}

/// Takes what is due at a moment, as two hosts that look at once; gives how many snapshots were taken.
async fn take_due(env: &Env, now: &str) -> usize {
    let now: DateTime<Utc> = now.parse().unwrap();
    let (one, other) = (
        Db::connect(env.url(), AuditKey::new("a key of these tests")).await.unwrap(),
        Db::connect(env.url(), AuditKey::new("a key of these tests")).await.unwrap(),
    );
    let changes = Changes::default();
    let mut taken = 0;
    for known in one.snapshot_days().await.unwrap() {
        let take = async |db| snapshot::take_due(db, &changes, known.tenant, now).await.unwrap();
        let (one, other) = tokio::join!(take(&one), take(&other));
        taken += usize::from(one.is_some()) + usize::from(other.is_some());
    }
    taken
}

/// What is kept of a tenant: each day with its figures and statuses.
async fn kept(env: &Env, tenant: &Tenant) -> Vec<Value> {
    let mut connection = env.connect("backline_reader", &tenant.id).await;
    let rows = sqlx::query(
        "select jsonb_build_object('day', d.day, 'total', d.total_opportunities, 'open', d.open_value::text, 'orders', d.orders_this_month,
            'failed', d.failed_records, 'statuses', (select coalesce(jsonb_object_agg(s.status, s.count), '{}') from status_snapshots s
                where s.tenant_id = d.tenant_id and s.day = d.day))
        from dashboard_snapshots d order by d.day",
    );
    rows.fetch_all(&mut connection).await.unwrap().into_iter().map(|row| row.get(0)).collect()
}

async fn figures(api: &Api, query: &str) -> Value {
    api.get(&format!("/api/dashboard{query}")).await.expect(200)["data"].clone()
}

/// Rows of a list.
async fn count(api: &Api, query: &str) -> Value {
    api.get(&format!("/api/opportunities?limit=1&{query}")).await.expect(200)["pagination"]["totalCount"].clone()
}

/// Puts a snapshot of a day that this test did not live through.
async fn put(env: &Env, tenant: &Tenant, day: NaiveDate, total: i64, failed: i64) {
    let mut connection = PgConnection::connect(env.url()).await.unwrap();
    let text = format!(
        "insert into app.dashboard_snapshots (tenant_id, day, total_opportunities, open_value, orders_this_month, failed_records)
            values ('{id}', '{day}', {total}, 1000.50, 7, {failed});
        insert into app.status_snapshots (tenant_id, day, status, name, count, value)
            values ('{id}', '{day}', 20, 'Active', {total} - 1, 900), ('{id}', '{day}', -1, 'No status', 1, 0)",
        id = tenant.id
    );
    connection.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
}

#[tokio::test]
async fn a_night_is_kept_once_by_whichever_host_is_first() {
    let env = Env::fresh().await;
    let stand = Stand::of(90, &[]).await;
    stand.account.create(patch(json!({"status": null, "state": null, "status_name": null})));
    let tenant = tenant_in(&env, &stand, "north", "Europe/London").await;
    let host = Host::start(&env).await;
    let api = host.api(&tenant.key);
    assert_eq!(take_due(&env, "2026-06-10T23:00:20Z").await, 0, "nothing is mirrored yet");
    api.sync("initial").await.expect(200);

    assert_eq!(take_due(&env, "2026-06-10T22:59:59Z").await, 0, "the day before has its night, this one is not over");
    assert_eq!(take_due(&env, "2026-06-10T23:00:20Z").await, 1, "one of two hosts");
    assert_eq!(take_due(&env, "2026-06-10T23:00:40Z").await, 0, "it is kept");
    // The account goes on; what is kept stays.
    stand.account.create(patch(json!({})));
    let before = figures(&api, "").await;
    api.sync("incremental").await.expect(200);
    let kept = kept(&env, &tenant).await;
    let statuses: serde_json::Map<String, Value> = before["statusDistribution"]
        .as_array()
        .unwrap()
        .iter()
        .map(|status| (status["statusCode"].as_i64().unwrap_or(-1).to_string(), status["count"].clone()))
        .collect();
    let overview = &before["overview"];
    let orders = count(&api, "kind=booked&from=2026-06-01&to=2026-06-30").await;
    let expected = json!({"day": "2026-06-10", "total": overview["totalOpportunities"], "open": overview["openValue"],
        "orders": orders, "failed": 0, "statuses": statuses});
    assert_eq!(kept, [expected]);
}

#[tokio::test]
async fn each_tenants_day_ends_in_its_own_zone_also_when_clocks_change() {
    let env = Env::fresh().await;
    let stand = Stand::of(40, &[]).await;
    let london = tenant_in(&env, &stand, "london", "Europe/London").await;
    let auckland = tenant_in(&env, &stand, "auckland", "Pacific/Auckland").await;
    let host = Host::start(&env).await;
    for tenant in [&london, &auckland] {
        host.api(&tenant.key).sync("initial").await.expect(200);
    }
    // 29 March has 23 hours in London and 5 April has 25 in Auckland: from one midnight to the next, nothing is kept twice.
    for (now, taken) in [
        ("2026-03-28T11:00:00Z", 1), // midnight in Auckland, UTC+13
        ("2026-03-29T00:00:00Z", 1), // midnight in London, UTC+0
        ("2026-03-29T01:00:00Z", 0), // two o'clock in London: an hour was skipped
        ("2026-03-29T11:00:00Z", 1),
        ("2026-03-29T22:59:59Z", 0),
        ("2026-03-29T23:00:00Z", 1), // midnight in London, UTC+1
        ("2026-04-05T11:30:00Z", 0), // 23:30 in Auckland, UTC+12 since the morning
        ("2026-04-05T12:00:00Z", 1),
    ] {
        assert_eq!(take_due(&env, now).await, taken, "{now}");
    }
    let days = async |tenant| -> Vec<String> {
        kept(&env, tenant).await.iter().map(|day| day["day"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(days(&london).await, ["2026-03-28", "2026-03-29"]);
    assert_eq!(days(&auckland).await, ["2026-03-28", "2026-03-29", "2026-04-05"]);
}

#[tokio::test]
async fn the_month_of_a_snapshot_is_the_one_that_its_day_lies_in() {
    let env = Env::fresh().await;
    let stand = Stand::of(5, &[]).await;
    let zone = "Pacific/Auckland";
    let first = today_in(zone).with_day(1);
    let next = first.unwrap() + chrono::Months::new(1);
    // Around the midnight with which the next month begins there: 11:00 or 12:00 the day before in UTC.
    for hour in 8..16 {
        let at = format!("{}T{hour:02}:30:00.000Z", next - Days::new(1));
        stand.account.create(patch(json!({"starts_at": at, "state": 3, "status": 20})));
    }
    let tenant = tenant_in(&env, &stand, "east", zone).await;
    let host = Host::start(&env).await;
    let api = host.api(&tenant.key);
    api.sync("initial").await.expect(200);
    assert_eq!(take_due(&env, &format!("{}T12:30:00Z", next - Days::new(1))).await, 1);
    let kept = kept(&env, &tenant).await;
    let last = next - Days::new(1);
    assert_eq!(kept[0]["day"], json!(last));
    let orders = count(&api, &format!("kind=booked&from={}&to={last}", first.unwrap())).await;
    assert_eq!(kept[0]["orders"], orders);
    assert!(orders.as_i64().unwrap() >= 3, "{orders}");
}

#[tokio::test]
async fn the_timers_of_two_hosts_keep_the_night_that_is_over() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &[]).await;
    // Somewhere it is past midnight now.
    let hour = Utc::now().hour();
    let zone = if hour <= 12 { format!("Etc/GMT+{hour}") } else { format!("Etc/GMT-{}", 24 - hour) };
    let tenant = tenant_in(&env, &stand, "north", &zone).await;
    let (one, other) = (Host::start(&env).await, Host::start(&env).await);
    one.api(&tenant.key).sync("initial").await.expect(200);
    // Its schedule looks every ten minutes: as if they had passed.
    let mut owner = env.connect("backline_owner", &tenant.id).await;
    let due = "update app.schedules set enabled = true, next_run_at = now() where name = 'nightly-snapshot'";
    sqlx::Executor::execute(&mut owner, due).await.unwrap();
    let days =
        until("the night is kept", 60, async || Some(kept(&env, &tenant).await).filter(|days| !days.is_empty())).await;
    let day = today_in(&zone) - Days::new(1);
    assert_eq!((days.len(), &days[0]["day"], &days[0]["total"]), (1, &json!(day), &json!(30)));
    // Both show it.
    for host in [&one, &other] {
        let by_day = figures(&host.api(&tenant.key), "").await["byDay"].clone();
        assert_eq!(by_day[28]["figures"]["totalOpportunities"], 30, "{}: {by_day}", host.url);
    }
}

#[tokio::test]
async fn days_without_a_snapshot_are_gaps_and_today_is_live() {
    let env = Env::fresh().await;
    let stand = Stand::of(60, &[]).await;
    let tenant = tenant_in(&env, &stand, "north", "Europe/London").await;
    let foreign = tenant_in(&env, &stand, "south", "Europe/London").await;
    let host = Host::start(&env).await;
    let (api, others) = (host.api(&tenant.key), host.api(&foreign.key));
    api.sync("initial").await.expect(200);
    others.sync("initial").await.expect(200);
    let today = today_in("Europe/London");
    let ago = |days| today - Days::new(days);
    for (days, total) in [(1, 58), (3, 51), (29, 40), (30, 39), (31, 38)] {
        put(&env, &tenant, ago(days), total, 2).await;
    }
    // What is put from outside is seen when a second has passed; this address was not asked before.
    for query in ["", &format!("?startDate={}&endDate={}", today, today)] {
        let figures = figures(&api, query).await;
        let days = figures["byDay"].as_array().unwrap();
        assert_eq!(days.len(), 30, "{query}");
        assert_eq!((&days[0]["date"], &days[29]["date"]), (&json!(ago(29)), &json!(today)));
        let known: Vec<usize> = (0..30).filter(|day| !days[*day]["figures"].is_null()).collect();
        assert_eq!(known, [0, 26, 28, 29], "{query}");
        let yesterday = &days[28]["figures"];
        assert_eq!(
            yesterday["statuses"][0],
            json!({"status": "Active", "statusCode": 20, "count": 57, "value": "900.00"})
        );
        assert_eq!(yesterday["statuses"][1]["statusCode"], Value::Null);
        let now = &days[29]["figures"];
        assert_eq!(now["totalOpportunities"], 60, "all dates, whatever is asked for: {query}");
        let sum: i64 = now["statuses"].as_array().unwrap().iter().map(|status| status["count"].as_i64().unwrap()).sum();
        assert_eq!(sum, 60);
        // Failed records have no dates: they are compared with the snapshot whatever is asked for.
        assert_eq!(figures["before"]["failedRecords"], json!({"from": ago(30), "to": ago(30), "value": 2}));
    }
    let all = figures(&api, "").await;
    assert_eq!(all["before"]["totalOpportunities"], json!({"from": ago(30), "to": ago(30), "value": 39}));
    assert_eq!(all["before"]["openValue"]["value"], "1000.50");
    assert_eq!(all["byDay"][29]["figures"]["statuses"], all["statusDistribution"]);
    let theirs = figures(&others, "").await;
    assert!(
        theirs["byDay"].as_array().unwrap()[..29].iter().all(|day| day["figures"].is_null()),
        "{}",
        theirs["byDay"]
    );
    assert_eq!(theirs["before"]["openValue"], Value::Null);
}

#[tokio::test]
async fn the_period_before_is_counted_as_far_as_the_mirror_is_whole() {
    let env = Env::fresh().await;
    let stand = Stand::of(150, &[]).await;
    let tenant = tenant_in(&env, &stand, "west", "America/Los_Angeles").await;
    let host = Host::start(&env).await;
    let api = host.api(&tenant.key);
    api.sync("initial").await.expect(200);
    let today = today_in("America/Los_Angeles");
    let (from, to) = (today - Days::new(14), today);
    let (first, last) = (today - Days::new(29), today - Days::new(15));
    let before = figures(&api, &format!("?startDate={from}&endDate={to}")).await["before"].clone();
    let rows = count(&api, &format!("from={first}&to={last}")).await;
    assert_eq!(before["totalOpportunities"], json!({"from": first, "to": last, "value": rows}));
    let open = api.all("opportunities", &format!("/api/opportunities?kind=open&from={first}&to={last}")).await;
    let cents = |text: &Value| text.as_str().map_or(0, |text| text.replace('.', "").parse::<i64>().unwrap());
    assert_eq!(cents(&before["openValue"]["value"]), open.iter().map(|row| cents(&row["charge_total"])).sum::<i64>());
    assert!(rows.as_i64().unwrap() > 0, "the account has records then");

    // The mirror begins 30 days ago: a day more, and the period before it would be counted in part.
    let longer = figures(&api, &format!("?startDate={}&endDate={to}", today - Days::new(15))).await["before"].clone();
    assert_eq!((&longer["totalOpportunities"], &longer["openValue"]), (&Value::Null, &Value::Null));
    for open_ended in [format!("?startDate={from}"), format!("?endDate={to}")] {
        assert_eq!(figures(&api, &open_ended).await["before"]["totalOpportunities"], Value::Null, "{open_ended}");
    }
    // Last month has days before the mirror, unless this is the 31st.
    let month_ago = today.with_day(1).unwrap().pred_opt().unwrap().with_day(1).unwrap();
    let whole = month_ago >= today - Days::new(30);
    assert_eq!(figures(&api, "").await["before"]["ordersThisMonth"].is_null(), !whole);
    // As if the mirror had begun a year ago.
    let mut connection = PgConnection::connect(env.url()).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(format!(
            "update app.sync_metadata set metadata = jsonb_set(metadata, '{{window,from}}', to_jsonb('{}T00:00:00Z'::text))
             where tenant_id = '{}'",
            today - Days::new(365),
            tenant.id
        )))
        .await
        .unwrap();
    let end = today.with_day(1).unwrap().pred_opt().unwrap();
    let orders = count(&api, &format!("kind=booked&from={month_ago}&to={end}")).await;
    // Dates around this month leave none of its orders out; this address was not asked before.
    let around = format!("?startDate={}&endDate={}", today - Days::new(31), today + Days::new(31));
    let before = figures(&api, &around).await["before"].clone();
    assert_eq!(before["ordersThisMonth"], json!({"from": month_ago, "to": end, "value": orders}));
}
