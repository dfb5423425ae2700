//! What the compiler writes, read with somebody else's parser.

use std::ops::ControlFlow;

use chrono::Utc;
use domain::metrics::{Formula, Now, run, templates};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sqlparser::ast::{Expr, SetExpr, Statement, Value, visit_expressions};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::ground::{ZONE, seed};
use crate::random;

fn is_one_select_without_literals(sql: &str) {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let [statement @ Statement::Query(query)] = statements.as_slice() else { panic!("one query: {sql}") };
    assert!(matches!(*query.body, SetExpr::Select(_)), "one SELECT: {sql}");
    let found = visit_expressions(statement, |expression| match expression {
        Expr::Value(value) if !matches!(value.value, Value::Placeholder(_)) => ControlFlow::Break(value.to_string()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(found, ControlFlow::Continue(()), "a literal: {sql}");
}

#[test]
fn a_formula_is_one_select_without_literals() {
    let now = Now::of(Utc::now(), ZONE);
    let mut rng = StdRng::seed_from_u64(seed());
    let random = (0..2_000).map(|_| random::formula(&mut rng));
    for sent in templates::all().into_iter().map(|template| template.formula).chain(random) {
        let formula = Formula::read(&sent).unwrap();
        for sql in run::statements(&formula, &now).unwrap() {
            is_one_select_without_literals(&sql);
        }
    }
}
