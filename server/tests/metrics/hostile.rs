//! Formulas that mean harm, or nothing: refused with a pointer, or answered rightly.

use domain::metrics::evaluate::Evaluator;
use domain::metrics::{Formula, MetricError, Now, run};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

use crate::ground::{Ground, TEXTS, ZONE};

fn refused(sent: &Value) -> Vec<(String, String)> {
    let Err(problems) = Formula::read(sent) else { panic!("it was taken: {sent}") };
    assert!(problems.iter().all(|problem| !problem.message.is_empty() && !problem.fix.is_empty()), "{problems:?}");
    problems.into_iter().map(|problem| (problem.code, problem.pointer)).collect()
}

fn customer(clause: Value) -> Value {
    json!({"entity": "customer", "where": clause})
}

fn nested(deep: usize, inner: Value) -> Value {
    (0..deep).fold(inner, |inner, _| json!({"not": inner}))
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    let name = json!({"f": "name", "op": "eq", "v": "x"});
    let orders = |v: Value| customer(json!({"f": "orders_count", "op": "gt", "v": v}));
    let first = |op: &str, v: Value| customer(json!({"f": "first_order_date", "op": op, "v": v}));
    for (sent, code, pointer) in [
        (json!([]), "E_TYPE", ""),
        (json!({}), "E_MISSING", "/entity"),
        (json!({"entity": "'; drop table app.opportunities; --"}), "E_TYPE", "/entity"),
        (json!({"entity": "customer", "sql": "select 1"}), "E_SHAPE", "/sql"),
        (json!({"entity": "customer", "a/b~c": 1}), "E_SHAPE", "/a~1b~0c"),
        (json!({"entity": "customer", "schema": 2}), "E_RANGE", "/schema"),
        (customer(nested(7, name.clone())), "E_DEPTH", "/where/not/not/not/not/not/not"),
        (customer(json!({"all": vec![name.clone(); 51]})), "E_LIMIT", "/where/all/50"),
        (customer(json!({"all": []})), "E_EMPTY_GROUP", "/where/all"),
        (customer(json!({"all": [name], "any": [name]})), "E_SHAPE", "/where"),
        (customer(json!({"f": "name\" or 1=1", "op": "eq", "v": 1})), "E_FIELD_UNKNOWN", "/where/f"),
        (customer(json!({"f": "tenant_id", "op": "eq", "v": "x"})), "E_FIELD_UNKNOWN", "/where/f"),
        (customer(json!({"f": "name", "op": "~", "v": "x"})), "E_OP_FOR_TYPE", "/where/op"),
        (customer(json!({"f": "name", "op": "gt", "v": "x"})), "E_OP_FOR_TYPE", "/where/op"),
        (customer(json!({"f": "name", "op": "eq"})), "E_MISSING", "/where/v"),
        (customer(json!({"f": "name", "op": "is_null", "v": "x"})), "E_SHAPE", "/where/v"),
        (customer(json!({"f": "name", "op": "eq", "v": "a\u{0}b"})), "E_RANGE", "/where/v"),
        (customer(json!({"f": "name", "op": "eq", "v": "x".repeat(1_001)})), "E_RANGE", "/where/v"),
        (customer(json!({"f": "name", "op": "contains", "v": ""})), "E_RANGE", "/where/v"),
        (customer(json!({"f": "name", "op": "in", "v": []})), "E_RANGE", "/where/v"),
        (customer(json!({"f": "name", "op": "in", "v": vec!["x"; 101]})), "E_LIMIT", "/where/v"),
        (customer(json!({"f": "name", "op": "in", "v": {"list": ["x", 5]}})), "E_TYPE", "/where/v/list/1"),
        (orders(json!("NaN")), "E_RANGE", "/where/v"),
        (orders(json!("Infinity")), "E_RANGE", "/where/v"),
        (orders(json!("1e400")), "E_RANGE", "/where/v"),
        (orders(json!(1e300)), "E_RANGE", "/where/v"),
        (orders(json!({"int": 1.5})), "E_TYPE", "/where/v/int"),
        (orders(json!({"decimal": "0.0000001"})), "E_RANGE", "/where/v/decimal"),
        (orders(json!({"expr": {"system": "rm"}})), "E_SHAPE", "/where/v/expr/system"),
        (orders(json!({"expr": {"div": [1]}})), "E_RANGE", "/where/v/expr/div"),
        (orders(json!({"expr": {"f": "name"}})), "E_TYPE", "/where/v/expr/f"),
        (orders(json!({"expr": {"param": "k"}})), "E_PARAM_UNKNOWN", "/where/v/expr/param"),
        (orders(json!({"days_from_now": 3})), "E_TYPE", "/where/v"),
        (first("gt", json!("0000-01-01")), "E_RANGE", "/where/v"),
        (first("gt", json!("10000-01-01")), "E_RANGE", "/where/v"),
        (first("gt", json!("2026-02-30")), "E_RANGE", "/where/v"),
        (first("gt", json!(20_260_101)), "E_TYPE", "/where/v"),
        (first("gt", json!({"days_from_now": 9_999_999_999_i64})), "E_RANGE", "/where/v/days_from_now"),
        (first("between", json!(["2026-01-02", "2026-01-01"])), "E_RANGE", "/where/v"),
        (json!({"entity": "customer", "params": {"k": {"type": "int", "default": 3}}}), "E_PARAM_UNUSED", "/params/k"),
        (
            json!({"entity": "customer", "params": {"k": {"type": "int", "default": 3, "min": 4}}}),
            "E_RANGE",
            "/params/k/default",
        ),
        (json!({"entity": "customer", "measure": {"kind": "sum", "f": "name"}}), "E_TYPE", "/measure/f"),
        (json!({"entity": "customer", "rank_by": [{"f": "name", "dir": "desc; drop"}]}), "E_RANGE", "/rank_by/0/dir"),
        (json!({"entity": "customer", "columns": ["name", "data"]}), "E_FIELD_UNKNOWN", "/columns/1"),
        (json!({"field": "account_type", "operator": "=", "value": "ACTIVE"}), "E_FIELD_UNKNOWN", "/field"),
        (json!({"field": "name", "operator": "like", "value": "%"}), "E_OP_FOR_TYPE", "/operator"),
        (
            json!({"field": "name", "operator": "=", "value": "x", "logic": "XOR", "conditions": [1]}),
            "E_RANGE",
            "/logic",
        ),
        (json!({"field": "name", "operator": "=", "value": "x", "logic": "OR"}), "E_EMPTY_GROUP", "/conditions"),
        (json!({"field": "orders_count", "operator": "between", "value": [1]}), "E_RANGE", "/value"),
    ] {
        let found = refused(&sent);
        assert!(found.contains(&(code.into(), pointer.into())), "{sent}: {found:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let sent = json!({"entity": "customer", "where": {"all": [
        {"f": "days_since_last_ordr", "op": "gt", "v": 30},
        {"f": "name", "op": "gt", "v": 1},
        {"any": []},
    ]}, "measure": {"kind": "median"}, "columns": [7]});
    let codes: Vec<String> = refused(&sent).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["E_FIELD_UNKNOWN", "E_OP_FOR_TYPE", "E_EMPTY_GROUP", "E_RANGE", "E_MISSING"]);
    let fixes: Vec<String> = Formula::read(&sent).unwrap_err().into_iter().map(|problem| problem.fix).collect();
    assert_eq!(fixes[0], "Did you mean days_since_last_order?");
}

#[test]
fn the_simple_form_is_the_tree_that_it_means() {
    let simple = json!({"field": "days_since_last_order", "operator": ">", "value": 30, "logic": "OR", "conditions": [
        {"field": "orders_count", "operator": "=", "value": "0"},
        {"field": "name", "operator": "in", "value": ["a", "b"], "logic": "AND", "conditions": [{"field": "revenue_12m", "operator": "between", "value": [1, 2.5]}]},
    ]});
    let tree = customer(json!({"any": [
        {"f": "days_since_last_order", "op": "gt", "v": {"int": 30}},
        {"f": "orders_count", "op": "eq", "v": {"int": 0}},
        {"all": [
            {"f": "name", "op": "in", "v": {"texts": ["a", "b"]}},
            {"f": "revenue_12m", "op": "between", "v": {"list": [{"money": "1.00"}, {"money": "2.50"}]}},
        ]},
    ]}));
    assert_eq!(Formula::read(&simple), Formula::read(&tree));
    let opportunity = json!({"field": "charge_total", "operator": ">=", "value": 100});
    assert_eq!(Formula::read(&opportunity).unwrap().entity.as_str(), "opportunity");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_are_sql_or_wildcards_are_texts() {
    let ground = Ground::new(11, 150, 9).await;
    let now = Now::read("2026-11-21", ZONE).unwrap();
    let all = Formula::read(&json!({"entity": "opportunity"})).unwrap();
    let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
    run::read_only(&mut tx).await.unwrap();
    let rows = run::whole(&mut tx, &all, &now, None).await.unwrap();
    for text in TEXTS
        .into_iter()
        .chain(["%", "_", "\\", "'", "%' or true --", "E'\\x27'", "{today}", "$2"])
        .filter(|text| !text.is_empty())
    {
        for op in ["eq", "ne", "contains", "starts_with"] {
            let sent = json!({"entity": "opportunity", "where": {"f": "subject", "op": op, "v": {"text": text}}});
            let formula = Formula::read(&sent).unwrap();
            let evaluator = Evaluator { formula: &formula, today: now.today };
            let expected = rows.iter().filter(|(_, row)| evaluator.matches(row)).count();
            assert_eq!(run::rows(&mut tx, &formula, &now, 1_000, 0).await.unwrap().len(), expected, "{sent}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_stopped_and_nothing_can_be_written() {
    let ground = Ground::new(3, 5, 2).await;
    let now = Now::read("2026-11-21", ZONE).unwrap();
    let formula = Formula::read(&json!({"entity": "opportunity"})).unwrap();
    let mut other = PgConnection::connect(ground.env.url()).await.unwrap();
    other.execute("begin; lock table app.opportunities in access exclusive mode").await.unwrap();
    let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
    run::read_only(&mut tx).await.unwrap();
    let stopped = run::measure(&mut tx, &formula, &now).await;
    assert!(matches!(stopped, Err(MetricError::TooLong)), "{stopped:?}");
    other.execute("rollback").await.unwrap();
    let mut tx = ground.db.tenant_tx(&ground.actor).await.unwrap();
    run::read_only(&mut tx).await.unwrap();
    let refused = tx.connection().execute("create temporary table t ()").await.unwrap_err();
    assert!(refused.to_string().contains("read-only transaction"), "{refused}");
}
