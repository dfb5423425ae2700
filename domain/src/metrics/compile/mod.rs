//! A formula as one SELECT with parameters: names come from the catalogue, everything else is bound. No literal, and no text
//! that anybody wrote, is in it.

mod source;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Arguments;
use sqlx::postgres::PgArguments;

use super::catalogue::{Entity, Field};
use super::evaluate::shifted;
use super::formula::{Clause, Expr, Formula, Operand, Param, Right, Test};
use super::kind::{Kind, Op};
use super::now::Now;
use super::number::Number;
use super::value::Value;

/// A query under construction: its parameters, the fields that it needs of the entity's source.
pub(super) struct Compiler<'a> {
    pub entity: Entity,
    pub now: &'a Now,
    params: BTreeMap<String, Param>,
    tenant: uuid::Uuid,
    args: PgArguments,
    bound: usize,
    /// What is bound by name, once.
    named: BTreeMap<&'static str, usize>,
    fields: BTreeSet<&'static str>,
    failed: Option<sqlx::error::BoxDynError>,
}

/// Ready to run.
pub(super) struct Compiled {
    pub sql: String,
    pub args: PgArguments,
}

impl<'a> Compiler<'a> {
    pub fn new(formula: &Formula, now: &'a Now, tenant: uuid::Uuid) -> Compiler<'a> {
        Compiler {
            entity: formula.entity,
            now,
            params: formula.params.clone(),
            tenant,
            args: PgArguments::default(),
            bound: 0,
            named: BTreeMap::new(),
            fields: BTreeSet::new(),
            failed: None,
        }
    }

    /// Of another formula over the same entity, in the same query.
    pub fn with_params_of(&mut self, formula: &Formula) {
        self.params = formula.params.clone();
    }

    pub fn end(self, sql: String) -> Result<Compiled, sqlx::Error> {
        match self.failed {
            Some(error) => Err(sqlx::Error::Encode(error)),
            None => Ok(Compiled { sql, args: self.args }),
        }
    }

    /// `$n` for a value.
    pub fn bind<'q, T>(&mut self, value: T) -> String
    where
        T: sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + 'q,
    {
        if let Err(error) = self.args.add(value) {
            self.failed.get_or_insert(error);
        }
        self.bound += 1;
        format!("${}", self.bound)
    }

    pub fn number(&mut self, number: Number) -> String {
        self.bind(rust_decimal::Decimal::from_i128_with_scale(number.millionths(), 6))
    }

    /// A column of the source, which then has it.
    pub fn column(&mut self, field: &'static Field) -> String {
        self.fields.insert(field.code);
        format!("r.{}", field.code)
    }

    pub fn clause(&mut self, clause: &Clause) -> String {
        match clause {
            Clause::All(clauses) => self.joined(clauses, " and "),
            Clause::Any(clauses) => self.joined(clauses, " or "),
            Clause::Not(inner) => format!("(not {})", self.clause(inner)),
            Clause::Test(test) => self.test(test),
        }
    }

    /// Which records count.
    pub fn filter(&mut self, formula: &Formula) -> String {
        match &formula.filter {
            Some(filter) => self.clause(filter),
            None => "(r.id is not null)".into(),
        }
    }

    fn joined(&mut self, clauses: &[Clause], by: &str) -> String {
        let parts: Vec<String> = clauses.iter().map(|clause| self.clause(clause)).collect();
        format!("({})", parts.join(by))
    }

    /// True or false, never null.
    pub fn test(&mut self, test: &Test) -> String {
        let left = self.column(test.field);
        match &test.right {
            Right::Nothing if test.op == Op::IsNull => format!("({left} is null)"),
            Right::Nothing => format!("({left} is not null)"),
            Right::Many(values) => {
                let list = self.list(test.field.kind, values);
                let is = if test.op == Op::In { "is true" } else { "is not true" };
                format!("(({left} = any({list})) {is})")
            }
            Right::Between(least, most) => {
                let (least, most) = (self.operand(least), self.operand(most));
                format!("(({left} between {least} and {most}) is true)")
            }
            Right::One(operand) => self.comparison(&left, test.op, operand),
        }
    }

    fn comparison(&mut self, left: &str, op: Op, operand: &Operand) -> String {
        if let (Op::Contains | Op::StartsWith, Operand::Value(Value::Text(text))) = (op, operand) {
            let part = self.bind(text.to_ascii_lowercase());
            let folded = format!("pg_catalog.lower({left} collate \"C\")");
            return match op {
                Op::Contains => {
                    let zero = self.named("nothing", 0_i32);
                    format!("((pg_catalog.strpos({folded}, {part}) > {zero}) is true)")
                }
                _ => format!("(pg_catalog.starts_with({folded}, {part}) is true)"),
            };
        }
        let right = self.operand(operand);
        let sign = match op {
            Op::Ne => return format!("({left} is distinct from {right})"),
            Op::Lt => "<",
            Op::Lte => "<=",
            Op::Gt => ">",
            Op::Gte => ">=",
            _ => "=",
        };
        format!("(({left} {sign} {right}) is true)")
    }

    fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Value(value) => self.value(value),
            Operand::DaysFromNow(days) => self.bind(shifted(self.now.today, *days)),
            Operand::Field(field) => self.column(field),
            Operand::Expr(expr) => self.expr(expr),
        }
    }

    fn value(&mut self, value: &Value) -> String {
        match value {
            Value::Text(text) => self.bind(text.clone()),
            Value::Choice(code) => self.bind(*code),
            Value::Number(number) => self.number(*number),
            Value::Date(date) => self.bind(*date),
            Value::Bool(flag) => self.bind(*flag),
        }
    }

    fn list(&mut self, kind: Kind, values: &[Value]) -> String {
        match kind {
            Kind::Text => self.bind(texts(values)),
            Kind::Choice => self.bind(picked(values, |value| match value {
                Value::Choice(code) => Some(*code),
                _ => None,
            })),
            Kind::Date => self.bind(picked(values, |value| match value {
                Value::Date(date) => Some(*date),
                _ => None,
            })),
            Kind::Bool => self.bind(picked(values, |value| match value {
                Value::Bool(flag) => Some(*flag),
                _ => None,
            })),
            Kind::Int | Kind::Decimal | Kind::Money => self.bind(picked(values, |value| match value {
                Value::Number(number) => Some(rust_decimal::Decimal::from_i128_with_scale(number.millionths(), 6)),
                _ => None,
            })),
        }
    }

    /// Each step in the range of numbers, or null.
    pub fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Field(field) => self.column(field),
            Expr::Param(name) => {
                let number = self.params.get(name).map_or(Number::ZERO, |param| param.default);
                self.number(number)
            }
            Expr::Number(number) => self.number(*number),
            Expr::Add(terms) => self.steps(terms, "+"),
            Expr::Sub(terms) => self.steps(terms, "-"),
            Expr::Mul(factors) => self.steps(factors, "*"),
            Expr::Div(top, bottom) => {
                let (top, bottom) = (self.expr(top), self.expr(bottom));
                format!("app.metric_quotient({top}, {bottom})")
            }
            Expr::Coalesce(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
                format!("coalesce({})", parts.join(", "))
            }
        }
    }

    fn steps(&mut self, parts: &[Expr], sign: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
        parts.into_iter().reduce(|sum, part| format!("app.metric_number({sum} {sign} {part})")).unwrap_or_default()
    }

    /// What is bound once, however often it is named.
    pub(super) fn named<'q, T>(&mut self, name: &'static str, value: T) -> String
    where
        T: sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + 'q,
    {
        if let Some(number) = self.named.get(name) {
            return format!("${number}");
        }
        let place = self.bind(value);
        self.named.insert(name, self.bound);
        place
    }
}

fn picked<T>(values: &[Value], pick: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    values.iter().filter_map(pick).collect()
}

fn texts(values: &[Value]) -> Vec<String> {
    picked(values, |value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    })
}
