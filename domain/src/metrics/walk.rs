//! Going through a formula: its clauses with their pointers, the fields that a condition asks for.

use super::Field;
use super::formula::{Clause, Expr, Formula, Operand, Right, Test};
use super::problem::at;

/// Every clause of the filter with its pointer into the tree, the outer before the inner.
pub(super) fn walk<'a>(formula: &'a Formula, see: &mut dyn FnMut(&str, &'a Clause)) {
    if let Some(filter) = &formula.filter {
        walk_clause(filter, "/where", see);
    }
}

fn walk_clause<'a>(clause: &'a Clause, pointer: &str, see: &mut dyn FnMut(&str, &'a Clause)) {
    see(pointer, clause);
    let mut all = |clauses: &'a [Clause], key: &str| {
        for (n, clause) in clauses.iter().enumerate() {
            walk_clause(clause, &at(&at(pointer, key), &n.to_string()), see);
        }
    };
    match clause {
        Clause::All(clauses) => all(clauses, "all"),
        Clause::Any(clauses) => all(clauses, "any"),
        Clause::Not(inner) => walk_clause(inner, &at(pointer, "not"), see),
        Clause::Test(_) => {}
    }
}

/// The fields that a condition asks for.
pub(super) fn fields_of(test: &Test) -> Vec<&'static Field> {
    let mut fields = vec![test.field];
    let mut operand = |operand: &Operand| match operand {
        Operand::Field(field) => fields.push(field),
        Operand::Expr(expr) => fields_of_expr(expr, &mut fields),
        Operand::Value(_) | Operand::DaysFromNow(_) => {}
    };
    match &test.right {
        Right::One(one) => operand(one),
        Right::Between(least, most) => {
            operand(least);
            operand(most);
        }
        Right::Nothing | Right::Many(_) => {}
    }
    fields
}

fn fields_of_expr(expr: &Expr, fields: &mut Vec<&'static Field>) {
    match expr {
        Expr::Field(field) => fields.push(field),
        Expr::Param(_) | Expr::Number(_) => {}
        Expr::Add(parts) | Expr::Sub(parts) | Expr::Mul(parts) | Expr::Coalesce(parts) => {
            parts.iter().for_each(|part| fields_of_expr(part, fields));
        }
        Expr::Div(top, bottom) => {
            fields_of_expr(top, fields);
            fields_of_expr(bottom, fields);
        }
    }
}
