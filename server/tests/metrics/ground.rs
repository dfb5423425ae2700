//! Two tenants with mirrors of random records: odd texts, missing values, amounts and days at the ends of what there is.

use chrono_tz::Tz;
use domain::audit::AuditKey;
use domain::db::{Actor, Db};
use domain::identity::{Persona, Role, TenantId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{Env, Tenant};

pub const ZONE: Tz = Tz::Europe__London;

pub struct Ground {
    pub env: Env,
    pub db: Db,
    pub actor: Actor,
}

/// Texts that mean something to SQL, to LIKE, to a collation, or to nobody.
pub const TEXTS: [&str; 18] = [
    "Gala",
    "gala",
    "GALA 100%",
    "a_b",
    "a%b",
    "back\\slash",
    "'; drop table app.opportunities; --",
    "\"quoted\"",
    "Å",
    "å",
    "İ",
    "ß",
    "ss",
    "日本 🎪",
    "",
    " ",
    "$1",
    "null",
];

pub fn seed() -> u64 {
    let seed = std::env::var("METRICS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    println!("METRICS_SEED={seed}");
    seed
}

impl Ground {
    pub async fn new(seed: u64, opportunities: i64, customers: i64) -> Ground {
        let env = Env::fresh().await;
        let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
        let mut rng = StdRng::seed_from_u64(seed);
        let mut connection = PgConnection::connect(env.url()).await.unwrap();
        for tenant in [&north, &south] {
            for id in 1..=opportunities {
                let row = row(&mut rng, &tenant.id, id, customers);
                connection.execute(sqlx::AssertSqlSafe(row)).await.unwrap();
            }
        }
        let db = Db::connect(env.url(), AuditKey::new("a key of these tests")).await.unwrap();
        let tenant = TenantId(north.id.parse().unwrap());
        let actor = Actor { tenant, persona: Persona::Person(Role::Rep), person: None };
        Ground { env, db, actor }
    }
}

fn row(rng: &mut StdRng, tenant: &str, id: i64, customers: i64) -> String {
    let organisation = if rng.random_ratio(1, 8) { "null".into() } else { rng.random_range(1..=customers).to_string() };
    let state = ["0", "1", "2", "3", "3", "3", "3", "null", "9"].choose(rng).unwrap();
    let status =
        ["0", "1", "5", "20", "20", "20", "40", "40", "50", "60", "70", "80", "7", "null"].choose(rng).unwrap();
    let deleted = if rng.random_ratio(1, 15) { "now()" } else { "null" };
    let columns = [text(rng), text(rng), text(rng), text(rng)].join(", ");
    let times = [time(rng), time(rng), time(rng), time(rng)].join(", ");
    let amounts: Vec<String> = (0..5).map(|_| amount(rng)).collect();
    format!(
        "insert into app.opportunities (tenant_id, id, name, subject, venue_name, owner_name, organisation_name, organisation_id, state,
             status, starts_at, ends_at, created_at_rms, updated_at_rms, charge_total, total_value, provisional_cost_total,
             predicted_cost_total, actual_cost_total, data, digest, synced_at, deleted_at)
         values ('{tenant}', {id}, {name}, {columns}, {organisation}, {state}, {status}, {times}, {amounts}, '{{}}',
             decode(repeat('00', 32), 'hex'), now(), {deleted})",
        name = quoted(TEXTS.choose(rng).unwrap()),
        amounts = amounts.join(", "),
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn text(rng: &mut StdRng) -> String {
    if rng.random_ratio(1, 5) { "null".into() } else { quoted(TEXTS.choose(rng).unwrap()) }
}

/// Mostly of the last years, also around the change of clocks, and at the ends of the calendar.
fn time(rng: &mut StdRng) -> String {
    match rng.random_range(0..20) {
        0 | 1 => "null".into(),
        2 => "'0001-01-01T00:00:00Z'".into(),
        3 => "'9999-12-31T23:59:59Z'".into(),
        4 => format!("'2026-03-29T{:02}:30:00Z'", rng.random_range(0..3)),
        5 => format!("'2026-10-24T23:{:02}:00Z'", rng.random_range(0..60)),
        _ => {
            format!("timestamptz '2026-11-21T12:00:00Z' - interval '{} minutes'", rng.random_range(-300_000..1_500_000))
        }
    }
}

fn amount(rng: &mut StdRng) -> String {
    match rng.random_range(0..12) {
        0 | 1 => "null".into(),
        2 => "0".into(),
        3 => "999999999999.99".into(),
        4 => "-999999999999.99".into(),
        5 => "100.00".into(),
        _ => format!("{}.{:02}", rng.random_range(-500..20_000), rng.random_range(0..100)),
    }
}
