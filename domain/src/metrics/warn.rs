//! What can be seen of a formula without any data: conditions that nothing can meet, and those that everything meets.
//!
//! Conditions on one field are tried on every value at which their answer can change: the values they name, their neighbours,
//! the ends of the range, and empty. Texts that are only searched for are left alone: their values cannot be listed.

use chrono::{Days, NaiveDate};

use super::catalogue::Field;
use super::evaluate::{Evaluator, Row, shifted};
use super::formula::{Clause, Formula, Operand, Right, Test};
use super::kind::{Kind, Op};
use super::number::Number;
use super::problem::{Problem, at};
use super::value::Value;
use super::walk::fields_of;

/// Any day: answers that depend on which one are not looked for.
const SOME_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Contradictions, and what is always true.
pub fn warnings(formula: &Formula) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(filter) = &formula.filter {
        Look { evaluator: Evaluator { formula, today: SOME_DAY }, found: &mut found }.clause(filter, "/where");
    }
    found
}

struct Look<'a> {
    evaluator: Evaluator<'a>,
    found: &'a mut Vec<Problem>,
}

impl Look<'_> {
    fn clause(&mut self, clause: &Clause, pointer: &str) {
        if let Some(field) = self.only_field(&[clause])
            && self.judge(field, &[clause], true, pointer)
        {
            return;
        }
        match clause {
            Clause::All(clauses) => self.group(clauses, true, &at(pointer, "all")),
            Clause::Any(clauses) => self.group(clauses, false, &at(pointer, "any")),
            Clause::Not(inner) => self.clause(inner, &at(pointer, "not")),
            Clause::Test(_) => {}
        }
    }

    /// Those of a group that ask for the same field are judged together.
    fn group(&mut self, clauses: &[Clause], all: bool, pointer: &str) {
        let fields: Vec<Option<&'static Field>> = clauses.iter().map(|clause| self.only_field(&[clause])).collect();
        let mut judged: Vec<&'static Field> = Vec::new();
        for (n, clause) in clauses.iter().enumerate() {
            let place = at(pointer, &n.to_string());
            let Some(field) = fields.get(n).copied().flatten() else {
                self.clause(clause, &place);
                continue;
            };
            if judged.contains(&field) {
                continue;
            }
            judged.push(field);
            let same = fields.iter().zip(clauses).enumerate().filter(|(_, (other, _))| **other == Some(field));
            let same: Vec<(usize, &Clause)> = same.map(|(n, (_, clause))| (n, clause)).collect();
            let together: Vec<&Clause> = same.iter().map(|(_, clause)| *clause).collect();
            let last = same.last().map_or(n, |(last, _)| *last);
            let flagged = self.only_field(&together).is_some()
                && self.judge(field, &together, all, &at(pointer, &last.to_string()));
            if !flagged {
                for (n, clause) in same {
                    self.clause(clause, &at(pointer, &n.to_string()));
                }
            }
        }
    }

    /// Whether these hold, all or any of them, for no value or for every one: then it is said.
    fn judge(&mut self, field: &'static Field, clauses: &[&Clause], all: bool, pointer: &str) -> bool {
        let Some(values) = self.values(field, clauses) else { return false };
        let answer = |value: &Option<Value>| {
            let mut row = Row::new(self.evaluator.formula.entity, Vec::new());
            row.set(field, value.clone());
            let holds = |clause: &&Clause| self.evaluator.holds(clause, &row);
            if all { clauses.iter().all(holds) } else { clauses.iter().any(holds) }
        };
        let met = values.iter().filter(|value| answer(value)).count();
        let (code, message, fix) = if met == 0 {
            ("W_CONTRADICTION", format!("No {} can meet this.", field.label), "Widen one of the conditions.")
        } else if met == values.len() {
            ("W_ALWAYS_TRUE", format!("Every {} meets this.", field.label), "Remove it, or narrow it.")
        } else {
            return false;
        };
        self.found.push(Problem::new(pointer, code, message, fix));
        true
    }

    /// The one field that they ask for, if there is one and everything that it is compared with is known.
    fn only_field(&self, clauses: &[&Clause]) -> Option<&'static Field> {
        let mut tests = Vec::new();
        clauses.iter().for_each(|clause| tests_of(clause, &mut tests));
        let field = tests.first()?.field;
        let known = |test: &&Test| fields_of(test) == [field];
        if !tests.iter().all(known) {
            return None;
        }
        // A date and a number of days from now stand to each other differently every day.
        let relative = |test: &&Test| operands(test).iter().any(|operand| matches!(operand, Operand::DaysFromNow(_)));
        let absolute = |test: &&Test| match &test.right {
            Right::Many(_) => true,
            _ => operands(test).iter().any(|operand| matches!(operand, Operand::Value(_))),
        };
        let mixed = field.kind == Kind::Date && tests.iter().any(relative) && tests.iter().any(absolute);
        (!mixed).then_some(field)
    }

    /// Every value at which an answer can change; none where they cannot be listed.
    fn values(&self, field: &'static Field, clauses: &[&Clause]) -> Option<Vec<Option<Value>>> {
        let mut tests = Vec::new();
        clauses.iter().for_each(|clause| tests_of(clause, &mut tests));
        if tests.iter().any(|test| matches!(test.op, Op::Contains | Op::StartsWith)) {
            return None;
        }
        let row = Row::new(self.evaluator.formula.entity, Vec::new());
        let mut named = Vec::new();
        for test in &tests {
            match &test.right {
                Right::Many(values) => named.extend(values.iter().cloned()),
                _ => {
                    for operand in operands(test) {
                        named.push(match operand {
                            Operand::Value(value) => value.clone(),
                            Operand::DaysFromNow(days) => Value::Date(shifted(SOME_DAY, *days)?),
                            Operand::Expr(expr) => Value::Number(self.evaluator.number(expr, &row)?),
                            Operand::Field(_) => return None,
                        });
                    }
                }
            }
        }
        let mut values: Vec<Option<Value>> = around(field, &named).into_iter().map(Some).collect();
        if field.nullable {
            values.push(None);
        }
        Some(values)
    }
}

fn tests_of<'a>(clause: &'a Clause, tests: &mut Vec<&'a Test>) {
    match clause {
        Clause::All(clauses) | Clause::Any(clauses) => clauses.iter().for_each(|clause| tests_of(clause, tests)),
        Clause::Not(inner) => tests_of(inner, tests),
        Clause::Test(test) => tests.push(test),
    }
}

fn operands(test: &Test) -> Vec<&Operand> {
    match &test.right {
        Right::One(one) => vec![one],
        Right::Between(least, most) => vec![least, most],
        Right::Nothing | Right::Many(_) => Vec::new(),
    }
}

/// The named values, their neighbours among the values that the field can have, and the ends.
fn around(field: &Field, named: &[Value]) -> Vec<Value> {
    let mut values = Vec::new();
    match field.kind {
        Kind::Text => {
            values.extend(named.iter().cloned());
            // One that nobody named: longer than each of them.
            let longest = named.iter().map(|value| if let Value::Text(text) = value { text.len() } else { 0 }).max();
            values.push(Value::Text("x".repeat(longest.unwrap_or_default() + 1)));
        }
        Kind::Choice => {
            values.extend(field.words.iter().map(|(_, code)| Value::Choice(*code)));
            values.push(Value::Choice(i32::MIN));
        }
        Kind::Bool => values.extend([Value::Bool(true), Value::Bool(false)]),
        Kind::Date => {
            let ends = [NaiveDate::from_ymd_opt(1, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31)];
            values.extend(ends.into_iter().flatten().map(Value::Date));
            for value in named {
                if let Value::Date(day) = value {
                    let near = [day.checked_sub_days(Days::new(1)), Some(*day), day.checked_add_days(Days::new(1))];
                    values.extend(near.into_iter().flatten().map(Value::Date));
                }
            }
        }
        Kind::Int | Kind::Decimal | Kind::Money => {
            let step = match field.kind {
                Kind::Int => 1_000_000,
                Kind::Money => 10_000,
                _ => 1,
            };
            let end = Number::MAX.millionths() / step * step;
            let mut all = vec![-end, end];
            for value in named {
                if let Value::Number(number) = value {
                    let below = number.millionths().div_euclid(step) * step;
                    all.extend([below - step, below, below + step, below + 2 * step]);
                }
            }
            values.extend(all.into_iter().filter_map(Number::from_millionths).map(Value::Number));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn codes(clause: Json) -> Vec<(String, String)> {
        let formula = Formula::read(&json!({"entity": "customer", "where": clause})).unwrap();
        warnings(&formula).into_iter().map(|found| (found.code, found.pointer)).collect()
    }

    fn one(code: &str, pointer: &str) -> Vec<(String, String)> {
        vec![(code.into(), pointer.into())]
    }

    #[test]
    fn what_nothing_can_meet_is_seen() {
        let f = "orders_count_12m";
        for clause in [
            json!({"all": [{"f": f, "op": "gt", "v": 5}, {"f": f, "op": "lt", "v": 3}]}),
            // Of whole numbers none lies between 5 and 6.
            json!({"all": [{"f": f, "op": "gt", "v": 5}, {"f": f, "op": "lt", "v": 6}]}),
            json!({"all": [{"f": "name", "op": "eq", "v": "a"}, {"f": "name", "op": "eq", "v": "b"}]}),
            json!({"all": [{"f": "last_order_date", "op": "is_null"}, {"f": "last_order_date", "op": "lt", "v": {"days_ago": 3}}]}),
        ] {
            assert_eq!(codes(clause.clone()), one("W_CONTRADICTION", "/where"), "{clause}");
        }
        let inner = json!({"any": [{"f": "name", "op": "is_null"}, {"all": [{"f": f, "op": "eq", "v": 1}, {"f": "name", "op": "eq", "v": "a"}, {"f": f, "op": "eq", "v": 2}]}]});
        assert_eq!(codes(inner), one("W_CONTRADICTION", "/where/any/1/all/2"));
    }

    #[test]
    fn what_everything_meets_is_seen() {
        let f = "orders_count_12m";
        assert_eq!(
            codes(json!({"any": [{"f": f, "op": "gte", "v": 5}, {"f": f, "op": "lt", "v": 5}]})),
            one("W_ALWAYS_TRUE", "/where")
        );
        assert_eq!(codes(json!({"f": f, "op": "not_null"})), one("W_ALWAYS_TRUE", "/where"));
    }

    #[test]
    fn what_depends_on_data_is_left_alone() {
        let f = "days_since_last_order";
        for clause in [
            // Empty meets neither.
            json!({"any": [{"f": f, "op": "gte", "v": 5}, {"f": f, "op": "lt", "v": 5}]}),
            json!({"all": [{"f": f, "op": "gt", "v": 5}, {"f": f, "op": "lt", "v": {"f": "orders_count"}}]}),
            json!({"all": [{"f": "revenue_12m", "op": "gt", "v": 5}, {"f": "revenue_12m", "op": "lt", "v": 6}]}),
            json!({"all": [{"f": "name", "op": "contains", "v": "a"}, {"f": "name", "op": "contains", "v": "b"}]}),
            json!({"all": [{"f": "last_order_date", "op": "lt", "v": "2020-01-01"}, {"f": "last_order_date", "op": "gt", "v": {"days_ago": 30}}]}),
        ] {
            assert_eq!(codes(clause.clone()), [], "{clause}");
        }
    }
}
