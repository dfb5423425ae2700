//! Versions compared, and previews: what they list is what the formulas find.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::metrics::diff::diff;
use domain::metrics::preview::preview;
use domain::metrics::{Formula, Now, Number, Value, run};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use crate::ground::{Ground, ZONE, seed};
use crate::random;

fn now() -> Now {
    Now::of("2026-11-21T12:00:00Z".parse::<DateTime<Utc>>().unwrap(), ZONE)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_enters_and_leaves_is_the_difference_of_the_lists_and_the_money_their_sum() {
    let seed = seed();
    let ground = Ground::new(seed, 120, 40).await;
    let mut rng = StdRng::seed_from_u64(seed);
    let now = now();
    for _ in 0..60 {
        let (one, two) = (random::formula(&mut rng), random::formula(&mut rng));
        let (first, second) = (Formula::read(&one).unwrap(), Formula::read(&two).unwrap());
        let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
        run::read_only(&mut tx).await.unwrap();
        let found = diff(&mut tx, Some(&first), Some(&second), &now).await.unwrap();
        let mut lists = Vec::new();
        for formula in [&first, &second] {
            let money = run::listed(formula).iter().position(|field| field.code == formula.entity.money()).unwrap();
            let rows = run::rows(&mut tx, formula, &now, 10_000, 0).await.unwrap();
            let rows: Vec<_> = rows.into_iter().map(|record| (record.id, record.values[money].clone())).collect();
            lists.push((formula.entity, rows));
        }
        let same = lists[0].0 == lists[1].0;
        let ids = |n: usize| lists[n].1.iter().map(|(id, _)| *id).collect::<BTreeSet<i64>>();
        let without = |n: usize, other: usize| -> Vec<i64> {
            ids(n).into_iter().filter(|id| !same || !ids(other).contains(id)).collect()
        };
        assert_eq!(found.enter, without(1, 0), "{one} → {two}");
        assert_eq!(found.leave, without(0, 1), "{one} → {two}");
        let stay: Vec<i64> = if same { ids(0).intersection(&ids(1)).copied().collect() } else { Vec::new() };
        assert_eq!(found.stay, stay, "{one} → {two}");
        let sum = |n: usize, of: &[i64]| {
            let amounts = lists[n].1.iter().filter(|(id, _)| of.contains(id)).filter_map(|(_, money)| match money {
                Some(Value::Number(number)) => Some(number.millionths()),
                _ => None,
            });
            Number::from_millionths(amounts.sum()).unwrap()
        };
        assert_eq!(found.money.enter, sum(1, &found.enter), "{one} → {two}");
        assert_eq!(found.money.leave, sum(0, &found.leave), "{one} → {two}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_funnel_ends_with_the_total_and_an_explanation_agrees_with_the_list() {
    let seed = seed();
    let ground = Ground::new(seed, 120, 30).await;
    let mut rng = StdRng::seed_from_u64(seed);
    let now = now();
    for _ in 0..150 {
        let sent = random::formula(&mut rng);
        let formula = Formula::read(&sent).unwrap();
        let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
        run::read_only(&mut tx).await.unwrap();
        let seen = preview(&mut tx, &formula, &now, Some(7)).await.unwrap();
        let all = run::rows(&mut tx, &formula, &now, 10_000, 0).await.unwrap();
        assert_eq!(seen.total, i64::try_from(all.len()).unwrap(), "{sent}");
        assert_eq!(seen.rows, all[..all.len().min(20)], "{sent}");
        assert_eq!(seen.funnel.last().map_or(seen.base, |step| step.count), seen.total, "{sent}");
        let sinks = seen.funnel.windows(2).all(|pair| pair[0].count >= pair[1].count);
        assert!(sinks && seen.funnel.first().is_none_or(|step| step.count <= seen.base), "{sent}: {:?}", seen.funnel);
        if let Some(explained) = seen.explain {
            assert_eq!(explained.matches, all.iter().any(|record| record.id == 7), "{sent}");
            let top = explained.clauses.first().is_none_or(|clause| clause.holds);
            assert_eq!(top, explained.matches, "{sent}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_of_a_nested_group_are_those_of_its_alternatives_so_far() {
    let ground = Ground::new(5, 200, 20).await;
    let now = now();
    let (first, second) =
        (json!({"f": "charge_total", "op": "gt", "v": 100}), json!({"f": "owner_name", "op": "is_null"}));
    let head = json!({"f": "state", "op": "eq", "v": "order"});
    let sent = json!({"entity": "opportunity", "where": {"all": [head, {"any": [first, second]}]}});
    let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
    let seen = preview(&mut tx, &Formula::read(&sent).unwrap(), &now, None).await.unwrap();
    let mut count = async |clause: serde_json::Value| {
        let formula = Formula::read(&json!({"entity": "opportunity", "where": clause})).unwrap();
        run::measure(&mut tx, &formula, &now).await.unwrap().matched
    };
    assert_eq!(seen.counts["/where/all/0"], count(head.clone()).await);
    assert_eq!(seen.counts["/where/all/1/any/0"], count(json!({"all": [head, first]})).await);
    assert_eq!(seen.counts["/where/all/1/any/1"], seen.total);
    assert!(seen.total > seen.counts["/where/all/1/any/0"], "the second alternative adds some");
}
