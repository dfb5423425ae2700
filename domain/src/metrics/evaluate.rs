//! What a formula says of a record, in plain Rust: for explanations and stored tests. PostgreSQL says the same by what
//! `compile` writes; a test holds the two equal.
//!
//! A condition holds or does not: with an empty field only `ne`, `not_in` and `is_null` hold, and `not` turns each answer round.

use chrono::{Days, NaiveDate};

use super::catalogue::{Entity, Field};
use super::formula::{Clause, Expr, Formula, Measure, Operand, Piece, Right, Share, Tally, Test};
use super::kind::Op;
use super::number::Number;
use super::value::Value;

/// All that is known of a record, in the order of the entity's fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    entity: Entity,
    values: Vec<Option<Value>>,
}

impl Row {
    /// `values` in the order of the entity's fields; missing ones are empty.
    pub fn new(entity: Entity, mut values: Vec<Option<Value>>) -> Row {
        values.resize(entity.fields().len(), None);
        Row { entity, values }
    }

    pub fn get(&self, field: &Field) -> Option<&Value> {
        let place = self.entity.fields().iter().position(|known| known == field)?;
        self.values.get(place)?.as_ref()
    }

    pub fn set(&mut self, field: &Field, value: Option<Value>) {
        let place = self.entity.fields().iter().position(|known| known == field);
        if let Some(slot) = place.and_then(|place| self.values.get_mut(place)) {
            *slot = value;
        }
    }

    fn number(&self, field: &Field) -> Option<Number> {
        match self.get(field)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// A formula on a civil day.
#[derive(Debug, Clone, Copy)]
pub struct Evaluator<'a> {
    pub formula: &'a Formula,
    pub today: NaiveDate,
}

impl Evaluator<'_> {
    /// Whether the record counts.
    pub fn matches(&self, row: &Row) -> bool {
        self.formula.filter.as_ref().is_none_or(|filter| self.holds(filter, row))
    }

    pub fn holds(&self, clause: &Clause, row: &Row) -> bool {
        match clause {
            Clause::All(clauses) => clauses.iter().all(|clause| self.holds(clause, row)),
            Clause::Any(clauses) => clauses.iter().any(|clause| self.holds(clause, row)),
            Clause::Not(clause) => !self.holds(clause, row),
            Clause::Test(test) => self.answers(test, row),
        }
    }

    fn answers(&self, test: &Test, row: &Row) -> bool {
        let found = row.get(test.field);
        match &test.right {
            Right::Nothing => (test.op == Op::IsNull) == found.is_none(),
            Right::Many(values) => {
                let listed = found.is_some_and(|found| values.contains(found));
                listed == (test.op == Op::In)
            }
            Right::Between(least, most) => match (found, self.operand(least, row), self.operand(most, row)) {
                (Some(found), Some(least), Some(most)) => *found >= least && *found <= most,
                _ => false,
            },
            Right::One(operand) => compare(test.op, found, self.operand(operand, row).as_ref()),
        }
    }

    fn operand(&self, operand: &Operand, row: &Row) -> Option<Value> {
        match operand {
            Operand::Value(value) => Some(value.clone()),
            Operand::DaysFromNow(days) => shifted(self.today, *days).map(Value::Date),
            Operand::Field(field) => row.get(field).cloned(),
            Operand::Expr(expr) => self.number(expr, row).map(Value::Number),
        }
    }

    /// Empty where a part is empty, by zero, and beyond 15 digits.
    pub fn number(&self, expr: &Expr, row: &Row) -> Option<Number> {
        let parts = |parts: &[Expr], step: fn(Number, Number) -> Option<Number>| {
            let mut parts = parts.iter().map(|part| self.number(part, row));
            let first = parts.next()??;
            parts.try_fold(first, |sum, part| step(sum, part?))
        };
        match expr {
            Expr::Field(field) => row.number(field),
            Expr::Param(name) => self.formula.params.get(name).map(|param| param.default),
            Expr::Number(number) => Some(*number),
            Expr::Add(terms) => parts(terms, Number::plus),
            Expr::Sub(terms) => parts(terms, Number::minus),
            Expr::Mul(factors) => parts(factors, Number::times),
            Expr::Div(top, bottom) => self.number(top, row)?.over(self.number(bottom, row)?),
            Expr::Coalesce(parts) => parts.iter().find_map(|part| self.number(part, row)),
        }
    }

    /// What is made of all records of the entity.
    pub fn measure(&self, rows: &[Row]) -> Option<Number> {
        let matching: Vec<&Row> = rows.iter().filter(|row| self.matches(row)).collect();
        match &self.formula.measure {
            Measure::Tally(tally) => self.tally(*tally, &matching),
            Measure::Ratio(num, den) => self.share(num, rows, &matching)?.over(self.share(den, rows, &matching)?),
            Measure::Score(pieces) => mean(matching.iter().filter_map(|row| self.score(pieces, row))),
        }
    }

    fn share(&self, share: &Share, rows: &[Row], matching: &[&Row]) -> Option<Number> {
        let of: Vec<&Row> = if share.base { rows.iter().collect() } else { matching.to_vec() };
        let narrowed: Vec<&Row> =
            of.into_iter().filter(|row| share.filter.as_ref().is_none_or(|filter| self.holds(filter, row))).collect();
        self.tally(share.tally, &narrowed)
    }

    fn tally(&self, tally: Tally, rows: &[&Row]) -> Option<Number> {
        match tally {
            Tally::Count => Number::whole(i64::try_from(rows.len()).ok()?),
            Tally::Sum(field) => total(rows.iter().filter_map(|row| row.number(field))).0,
            Tally::Avg(field) => mean(rows.iter().filter_map(|row| row.number(field))),
        }
    }

    /// 0 to 100; pieces that are empty are left out, and the weights of the others count for all.
    pub fn score(&self, pieces: &[Piece], row: &Row) -> Option<Number> {
        let (mut reached, mut weights) = (Number::ZERO, Number::ZERO);
        for piece in pieces {
            if let Some(part) = self.piece(piece, row) {
                reached = reached.plus(part.times(piece.weight)?)?;
                weights = weights.plus(piece.weight)?;
            }
        }
        reached.times(Number::whole(100)?)?.over(weights)
    }

    fn piece(&self, piece: &Piece, row: &Row) -> Option<Number> {
        let part = self.number(&piece.value, row)?.minus(piece.from)?.over(piece.to.minus(piece.from)?)?;
        Some(part.clamp(Number::ZERO, Number::whole(1)?))
    }
}

/// `ne` takes what is empty.
fn compare(op: Op, found: Option<&Value>, with: Option<&Value>) -> bool {
    if op == Op::Ne {
        return found != with;
    }
    let (Some(found), Some(with)) = (found, with) else { return false };
    match op {
        Op::Eq | Op::Is => found == with,
        Op::Lt => found < with,
        Op::Lte => found <= with,
        Op::Gt => found > with,
        Op::Gte => found >= with,
        Op::Contains => folded(found).contains(&folded(with)),
        Op::StartsWith => folded(found).starts_with(&folded(with)),
        Op::Ne | Op::Between | Op::In | Op::NotIn | Op::IsNull | Op::NotNull => false,
    }
}

/// In lower case, as far as ASCII goes.
fn folded(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// The day so many days later, earlier when less than 0.
pub(super) fn shifted(day: NaiveDate, days: i32) -> Option<NaiveDate> {
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { day.checked_sub_days(distance) } else { day.checked_add_days(distance) }
}

/// Exact while it is summed up, checked once; with how many there were.
fn total(numbers: impl Iterator<Item = Number>) -> (Option<Number>, i64) {
    let (sum, count) = numbers.fold((0_i128, 0_i64), |(sum, count), number| (sum + number.millionths(), count + 1));
    (Number::from_millionths(sum), count)
}

fn mean(numbers: impl Iterator<Item = Number>) -> Option<Number> {
    let (sum, count) = total(numbers);
    sum?.over(Number::whole(count)?)
}
