//! Random formulas: every operator, every kind, every measure, as JSON that a person could have sent.

use domain::metrics::{Entity, Field, Formula, Kind, Op};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

use crate::ground::TEXTS;

/// A formula that can be read: those with a range that ends before it begins are drawn again.
pub fn formula(rng: &mut StdRng) -> Value {
    loop {
        let sent = any(rng);
        match Formula::read(&sent) {
            Ok(_) => return sent,
            Err(problems) => {
                assert!(problems.iter().all(|problem| problem.pointer.ends_with("/v/list")), "{sent}: {problems:?}")
            }
        }
    }
}

fn any(rng: &mut StdRng) -> Value {
    let entity = *Entity::ALL.choose(rng).unwrap();
    let mut tree = Map::new();
    tree.insert("entity".into(), json!(entity.as_str()));
    if !rng.random_ratio(1, 20) {
        tree.insert("where".into(), clause(rng, entity, 1));
    }
    tree.insert("measure".into(), measure(rng, entity));
    let spelt = Value::Object(tree.clone()).to_string();
    if spelt.contains(r#"{"param":"k"}"#) {
        let default = *["1.5", "0", "-3", "30"].choose(rng).unwrap();
        tree.insert("params".into(), json!({"k": {"type": "decimal", "default": default}}));
    }
    if rng.random_ratio(1, 3) {
        let field = entity.fields().choose(rng).unwrap();
        tree.insert("rank_by".into(), json!([{"f": field.code, "dir": one_of(rng, &["asc", "desc"])}]));
    }
    tree.into()
}

pub fn clause(rng: &mut StdRng, entity: Entity, depth: usize) -> Value {
    if depth >= 4 || rng.random_ratio(2, 5) {
        return test(rng, entity);
    }
    let count = rng.random_range(1..=3);
    let inner: Vec<Value> = (0..count).map(|_| clause(rng, entity, depth + 1)).collect();
    match rng.random_range(0..5) {
        0 => json!({"not": inner[0]}),
        1 | 2 => json!({"any": inner}),
        _ => json!({"all": inner}),
    }
}

fn test(rng: &mut StdRng, entity: Entity) -> Value {
    let field = entity.fields().choose(rng).unwrap();
    let op = *field.kind.ops().choose(rng).unwrap();
    let told = json!({"f": field.code, "op": op.as_str()});
    let Value::Object(mut told) = told else { panic!("an object") };
    match op {
        Op::IsNull | Op::NotNull => {}
        Op::In | Op::NotIn => {
            let values: Vec<Value> = (0..rng.random_range(1..5)).map(|_| literal(rng, field)).collect();
            told.insert("v".into(), json!({"list": values}));
        }
        Op::Between => {
            // Arithmetic may turn a range round: then nothing lies in it.
            let ends = if field.kind == Kind::Date {
                json!([{"days_from_now": rng.random_range(-900..0)}, {"days_from_now": rng.random_range(0..90)}])
            } else {
                json!([{"expr": expr(rng, entity, 2)}, {"expr": expr(rng, entity, 2)}])
            };
            told.insert("v".into(), json!({"list": ends}));
        }
        Op::Contains | Op::StartsWith => {
            let text = TEXTS.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>();
            let text = text.choose(rng).unwrap();
            let part: String = text.chars().take(rng.random_range(1..3)).collect();
            told.insert("v".into(), json!({"text": part}));
        }
        _ => {
            told.insert("v".into(), operand(rng, entity, field, op));
        }
    }
    told.into()
}

fn operand(rng: &mut StdRng, entity: Entity, field: &Field, op: Op) -> Value {
    let others = |kind: Kind| entity.fields().iter().filter(move |other| other.kind == kind).collect::<Vec<_>>();
    match field.kind {
        Kind::Int | Kind::Decimal | Kind::Money if rng.random_bool(0.5) => json!({"expr": expr(rng, entity, 1)}),
        Kind::Date if rng.random_bool(0.4) => json!({"days_from_now": rng.random_range(-700..100)}),
        Kind::Date if rng.random_bool(0.4) => json!({"f": others(Kind::Date).choose(rng).unwrap().code}),
        Kind::Text if matches!(op, Op::Eq | Op::Ne) && rng.random_bool(0.3) => {
            json!({"f": others(Kind::Text).choose(rng).unwrap().code})
        }
        _ => literal(rng, field),
    }
}

fn literal(rng: &mut StdRng, field: &Field) -> Value {
    match field.kind {
        Kind::Text => json!({"text": TEXTS.choose(rng).unwrap()}),
        Kind::Choice => json!({"text": field.words.choose(rng).unwrap().0}),
        Kind::Int => json!({"int": rng.random_range(-5..400)}),
        Kind::Decimal => json!({"decimal": number(rng)}),
        Kind::Money => json!({"money": one_of(rng, &["0", "100.00", "999999999999.99", "-0.01", "5000"])}),
        Kind::Date => {
            json!({"date": one_of(rng, &["0001-01-01", "2026-03-29", "2026-10-25", "2025-11-21", "9999-12-31"])})
        }
        Kind::Bool => json!({"bool": rng.random_bool(0.5)}),
    }
}

fn number(rng: &mut StdRng) -> String {
    match rng.random_range(0..8) {
        0 => "0".into(),
        1 => "999999999999999.999999".into(),
        2 => "-999999999999999".into(),
        3 => "0.000001".into(),
        4 => "-0.333333".into(),
        _ => format!("{}.{}", rng.random_range(-90..400), rng.random_range(0..100)),
    }
}

fn expr(rng: &mut StdRng, entity: Entity, depth: usize) -> Value {
    if depth >= 4 || rng.random_ratio(2, 5) {
        let numbers: Vec<&Field> = entity.fields().iter().filter(|field| field.kind.is_number()).collect();
        return match rng.random_range(0..6) {
            0 => json!({"param": "k"}),
            1 => json!({"decimal": number(rng)}),
            2 => json!({"int": rng.random_range(-3..100)}),
            _ => json!({"f": numbers.choose(rng).unwrap().code}),
        };
    }
    let key = *["add", "sub", "mul", "mul", "div", "div", "coalesce"].choose(rng).unwrap();
    let count = if key == "div" { 2 } else { rng.random_range(2..4) };
    let parts: Vec<Value> = (0..count).map(|_| expr(rng, entity, depth + 1)).collect();
    json!({key: parts})
}

fn measure(rng: &mut StdRng, entity: Entity) -> Value {
    match rng.random_range(0..6) {
        0 => json!({"kind": "ratio", "num": share(rng, entity), "den": share(rng, entity)}),
        1 => {
            let piece = |rng: &mut StdRng| json!({"weight": rng.random_range(1..30), "value": expr(rng, entity, 3), "from": "0", "to": one_of(rng, &["10", "-400", "0.5"])});
            json!({"kind": "score", "pieces": [piece(rng), piece(rng)]})
        }
        _ => tally(rng, entity),
    }
}

fn tally(rng: &mut StdRng, entity: Entity) -> Value {
    let numbers: Vec<&Field> = entity.fields().iter().filter(|field| field.kind.is_number()).collect();
    let field = numbers.choose(rng).unwrap().code;
    match rng.random_range(0..3) {
        0 => json!({"kind": "count"}),
        1 => json!({"kind": "sum", "f": field}),
        _ => json!({"kind": "avg", "f": field}),
    }
}

fn share(rng: &mut StdRng, entity: Entity) -> Value {
    let mut told = tally(rng, entity);
    if rng.random_bool(0.3) {
        told["base"] = json!(true);
    }
    if rng.random_bool(0.3) {
        told["where"] = clause(rng, entity, 3);
    }
    told
}

fn one_of(rng: &mut StdRng, words: &[&'static str]) -> &'static str {
    words.choose(rng).copied().unwrap()
}
