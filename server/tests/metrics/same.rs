//! PostgreSQL and plain Rust give one answer (`METRICS_FORMULAS` sets how many formulas are tried, `METRICS_SEED` which).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use domain::metrics::evaluate::{Evaluator, Row};
use domain::metrics::{Entity, Formula, Now, run};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::ground::{Ground, ZONE, seed};
use crate::random;

const NOWS: [&str; 4] =
    ["2026-11-21T12:00:00Z", "2026-03-29T00:30:00Z", "2026-10-24T23:30:00Z", "2024-02-29T12:00:00Z"];

#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_the_evaluator_agree_on_every_row() {
    let formulas = std::env::var("METRICS_FORMULAS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_500);
    let seed = seed();
    let ground = Ground::new(seed, 160, 14).await;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut known: HashMap<(&str, &str), Vec<(i64, Row)>> = HashMap::new();
    let (mut found, mut numbers) = (0, 0);
    for number in 0..formulas {
        let sent = random::formula(&mut rng);
        let formula = Formula::read(&sent).unwrap_or_else(|problems| panic!("{sent}: {problems:?}"));
        let instant = *NOWS.choose(&mut rng).unwrap();
        let now = Now::of(instant.parse::<DateTime<Utc>>().unwrap(), ZONE);
        let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
        run::read_only(&mut tx).await.unwrap();
        let key = (formula.entity.as_str(), instant);
        let rows = match known.entry(key) {
            Entry::Occupied(rows) => rows.into_mut(),
            Entry::Vacant(place) => {
                let all = Formula::read(&serde_json::json!({"entity": key.0})).unwrap();
                place.insert(run::whole(&mut tx, &all, &now, None).await.unwrap())
            }
        };
        let evaluator = Evaluator { formula: &formula, today: now.today };
        let expected: Vec<i64> = rows.iter().filter(|(_, row)| evaluator.matches(row)).map(|(id, _)| *id).collect();
        let what = || format!("formula {number}, now {instant}: {sent}");
        let mut ids: Vec<i64> = run::rows(&mut tx, &formula, &now, 10_000, 0)
            .await
            .unwrap_or_else(|e| panic!("{}: {e:?}", what()))
            .iter()
            .map(|record| record.id)
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "{}", what());
        let measured = run::measure(&mut tx, &formula, &now).await.unwrap_or_else(|e| panic!("{}: {e:?}", what()));
        let all: Vec<Row> = rows.iter().map(|(_, row)| row.clone()).collect();
        assert_eq!(measured.value, evaluator.measure(&all), "{}", what());
        assert_eq!(measured.matched, i64::try_from(expected.len()).unwrap(), "{}", what());
        assert_eq!(measured.base, i64::try_from(rows.len()).unwrap(), "{}", what());
        found += usize::from(!expected.is_empty() && expected.len() < rows.len());
        numbers += usize::from(measured.value.is_some());
    }
    println!("{formulas} formulas: {found} tell some rows from others, {numbers} have a value");
    assert!(found * 3 > formulas, "formulas that find all or nothing prove little: {found} of {formulas}");
    assert!(Entity::ALL.iter().all(|entity| known.keys().any(|(known, _)| *known == entity.as_str())));
}
