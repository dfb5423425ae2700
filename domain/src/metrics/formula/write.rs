//! A formula as the JSON tree that the docs describe, always spelt the same way.

use serde_json::{Map, Value as Json, json};

use super::{Clause, Expr, Formula, Measure, Operand, Param, Piece, Right, Share, Tally, Test};
use crate::metrics::kind::Kind;
use crate::metrics::number::Number;
use crate::metrics::value::{Value, cents};

impl Formula {
    /// The whole tree; its pointers are those of explanations and counts.
    pub fn to_json(&self) -> Json {
        let mut tree = Map::new();
        tree.insert("schema".into(), json!(1));
        tree.insert("entity".into(), json!(self.entity.as_str()));
        if let Some(filter) = &self.filter {
            tree.insert("where".into(), clause(filter));
        }
        if !self.params.is_empty() {
            let params: Map<String, Json> =
                self.params.iter().map(|(name, param)| (name.clone(), of_param(param))).collect();
            tree.insert("params".into(), params.into());
        }
        tree.insert("measure".into(), measure(&self.measure));
        if !self.rank_by.is_empty() {
            let dir = |descending| if descending { "desc" } else { "asc" };
            let ranks = self.rank_by.iter().map(|rank| json!({"f": rank.field.code, "dir": dir(rank.descending)}));
            tree.insert("rank_by".into(), ranks.collect());
        }
        if !self.columns.is_empty() {
            tree.insert("columns".into(), self.columns.iter().map(|field| field.code).collect());
        }
        tree.into()
    }
}

/// A clause as a formula carries it.
pub fn clause(clause: &Clause) -> Json {
    let list = |clauses: &[Clause]| -> Json { clauses.iter().map(self::clause).collect() };
    match clause {
        Clause::All(clauses) => json!({"all": list(clauses)}),
        Clause::Any(clauses) => json!({"any": list(clauses)}),
        Clause::Not(inner) => json!({"not": self::clause(inner)}),
        Clause::Test(test) => of_test(test),
    }
}

fn of_test(test: &Test) -> Json {
    let (f, op) = (test.field.code, test.op.as_str());
    match &test.right {
        Right::Nothing => json!({"f": f, "op": op}),
        Right::One(one) => json!({"f": f, "op": op, "v": operand(test, one)}),
        Right::Between(least, most) => {
            json!({"f": f, "op": op, "v": {"list": [operand(test, least), operand(test, most)]}})
        }
        Right::Many(values) => {
            let values: Json = values.iter().map(|value| of_value(test, value)).collect();
            json!({"f": f, "op": op, "v": {"list": values}})
        }
    }
}

fn operand(test: &Test, operand: &Operand) -> Json {
    match operand {
        Operand::Value(value) => of_value(test, value),
        Operand::DaysFromNow(days) => json!({"days_from_now": days}),
        Operand::Field(field) => json!({"f": field.code}),
        Operand::Expr(inner) => json!({"expr": expr(inner)}),
    }
}

fn of_value(test: &Test, value: &Value) -> Json {
    let field = test.field;
    match value {
        Value::Text(text) => json!({"text": text}),
        Value::Choice(code) => field.word(*code).map_or_else(|| json!({"int": code}), |word| json!({"text": word})),
        Value::Number(number) => of_number(field.kind, *number),
        Value::Date(date) => json!({"date": date.to_string()}),
        Value::Bool(flag) => json!({"bool": flag}),
    }
}

fn of_number(kind: Kind, number: Number) -> Json {
    match kind {
        Kind::Int if number.is_whole() => json!({"int": number.trunc()}),
        Kind::Money if number.is_cents() => json!({"money": cents(number)}),
        _ => json!({"decimal": number.to_string()}),
    }
}

/// An expression as a formula carries it.
pub fn expr(expr: &Expr) -> Json {
    let list = |parts: &[Expr]| -> Json { parts.iter().map(self::expr).collect() };
    match expr {
        Expr::Field(field) => json!({"f": field.code}),
        Expr::Param(name) => json!({"param": name}),
        Expr::Number(number) => of_number(Kind::Int, *number),
        Expr::Add(parts) => json!({"add": list(parts)}),
        Expr::Sub(parts) => json!({"sub": list(parts)}),
        Expr::Mul(parts) => json!({"mul": list(parts)}),
        Expr::Div(top, bottom) => json!({"div": [self::expr(top), self::expr(bottom)]}),
        Expr::Coalesce(parts) => json!({"coalesce": list(parts)}),
    }
}

fn of_param(param: &Param) -> Json {
    let mut told = Map::new();
    told.insert("type".into(), json!(param.kind.as_str()));
    told.insert("default".into(), json!(param.default.to_string()));
    for (name, bound) in [("min", param.min), ("max", param.max)] {
        if let Some(bound) = bound {
            told.insert(name.into(), json!(bound.to_string()));
        }
    }
    if !param.label.is_empty() {
        told.insert("label".into(), json!(param.label));
    }
    told.into()
}

fn measure(measure: &Measure) -> Json {
    match measure {
        Measure::Tally(tally) => of_tally(*tally).into(),
        Measure::Ratio(num, den) => json!({"kind": "ratio", "num": share(num), "den": share(den)}),
        Measure::Score(pieces) => json!({"kind": "score", "pieces": pieces.iter().map(piece).collect::<Json>()}),
    }
}

fn of_tally(tally: Tally) -> Map<String, Json> {
    let (kind, field) = match tally {
        Tally::Count => ("count", None),
        Tally::Sum(field) => ("sum", Some(field)),
        Tally::Avg(field) => ("avg", Some(field)),
    };
    let mut told = Map::from_iter([("kind".to_owned(), json!(kind))]);
    if let Some(field) = field {
        told.insert("f".into(), json!(field.code));
    }
    told
}

fn share(share: &Share) -> Json {
    let mut told = of_tally(share.tally);
    if share.base {
        told.insert("base".into(), json!(true));
    }
    if let Some(filter) = &share.filter {
        told.insert("where".into(), clause(filter));
    }
    told.into()
}

fn piece(piece: &Piece) -> Json {
    json!({
        "label": piece.label,
        "weight": piece.weight.to_string(),
        "value": expr(&piece.value),
        "from": piece.from.to_string(),
        "to": piece.to.to_string(),
    })
}
