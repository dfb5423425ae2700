//! A formula in words, for everybody who sees its number.

use super::formula::{Clause, Expr, Formula, Measure, Operand, Right, Share, Tally, Test};
use super::kind::{Kind, Op};
use super::number::Number;
use super::value::{Value, cents};

/// Members of a list that are told.
const TOLD: usize = 5;

impl Formula {
    /// "Customers where orders in 24 months is at least 3 and next booking is empty."
    pub fn sentence(&self) -> String {
        let who = match &self.filter {
            Some(filter) => format!("{} where {}", self.entity.plural(), clause(self, filter)),
            None => format!("All {}", self.entity.plural().to_lowercase()),
        };
        match self.measure_words() {
            Some(measure) => format!("{measure} of {}.", lower_first(&who)),
            None => format!("{who}."),
        }
    }

    /// What is made of them; none for their plain number.
    fn measure_words(&self) -> Option<String> {
        match &self.measure {
            Measure::Tally(Tally::Count) => None,
            Measure::Tally(tally) => Some(upper_first(&tally_words(*tally))),
            Measure::Ratio(num, den) => Some(format!("{} per {}", upper_first(&share(self, num)), share(self, den))),
            Measure::Score(pieces) => {
                let pieces: Vec<String> = pieces
                    .iter()
                    .map(|piece| match piece.label.as_str() {
                        "" => expr(self, &piece.value),
                        label => label.to_owned(),
                    })
                    .collect();
                Some(format!("Mean score, 0 to 100, from {},", pieces.join(", ")))
            }
        }
    }
}

fn tally_words(tally: Tally) -> String {
    match tally {
        Tally::Count => "number".into(),
        Tally::Sum(field) => format!("total {}", field.label),
        Tally::Avg(field) => format!("mean {}", field.label),
    }
}

fn share(formula: &Formula, share: &Share) -> String {
    let mut told = tally_words(share.tally);
    if share.base {
        told.push_str(&format!(" of all {}", formula.entity.plural().to_lowercase()));
    }
    if let Some(filter) = &share.filter {
        told.push_str(&format!(" where {}", clause(formula, filter)));
    }
    told
}

/// A clause as it stands in a sentence. Inner groups are bracketed by "either" and "all of".
pub fn clause(formula: &Formula, clause: &Clause) -> String {
    told(formula, clause, true)
}

fn told(formula: &Formula, clause: &Clause, outermost: bool) -> String {
    let list = |clauses: &[Clause], by: &str| {
        let parts: Vec<String> =
            clauses.iter().map(|clause| told(formula, clause, clauses.len() == 1 && outermost)).collect();
        joined(&parts, by)
    };
    match clause {
        Clause::All(clauses) if outermost || clauses.len() == 1 => list(clauses, "and"),
        Clause::All(clauses) => format!("({})", list(clauses, "and")),
        Clause::Any(clauses) if clauses.len() == 1 => list(clauses, "or"),
        Clause::Any(clauses) => format!("either {}", list(clauses, "or")),
        Clause::Not(inner) => format!("not ({})", told(formula, inner, true)),
        Clause::Test(test) => self::test(formula, test),
    }
}

/// "a, b and c".
fn joined(parts: &[String], by: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {by} {last}", first.join(", ")),
    }
}

/// A condition: "days since last order is more than 30".
pub fn test(formula: &Formula, test: &Test) -> String {
    let (label, words) = (test.field.label, test.op.words(test.field.kind));
    match &test.right {
        Right::Nothing => format!("{label} {words}"),
        Right::Between(least, most) => {
            format!("{label} {words} {} and {}", operand(formula, test, least), operand(formula, test, most))
        }
        Right::Many(values) => {
            let mut told: Vec<String> = values.iter().take(TOLD).map(|value| of_value(test, value)).collect();
            if values.len() > TOLD {
                told.push(format!("{} more", values.len() - TOLD));
            }
            format!("{label} {words} {}", joined(&told, if test.op == Op::In { "or" } else { "and" }))
        }
        Right::One(one) if test.op == Op::Is => match one {
            Operand::Value(Value::Bool(true)) => format!("{label} is true"),
            _ => format!("{label} is not true"),
        },
        Right::One(one) => format!("{label} {words} {}", operand(formula, test, one)),
    }
}

fn operand(formula: &Formula, test: &Test, operand: &Operand) -> String {
    match operand {
        Operand::Value(value) => of_value(test, value),
        Operand::DaysFromNow(0) => "today".into(),
        Operand::DaysFromNow(days) if *days < 0 => format!("{} ago", days_told(days.unsigned_abs())),
        Operand::DaysFromNow(days) => format!("{} from now", days_told(days.unsigned_abs())),
        Operand::Field(field) => field.label.into(),
        Operand::Expr(inner) => expr(formula, inner),
    }
}

fn days_told(days: u32) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

fn of_value(test: &Test, value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\u{201c}{text}\u{201d}"),
        Value::Choice(code) => test.field.word(*code).map_or_else(|| code.to_string(), str::to_owned),
        Value::Number(number) if test.field.kind == Kind::Money && number.is_cents() => grouped(&cents(*number)),
        Value::Number(number) => plain(*number),
        Value::Date(date) => date.format("%-d %b %Y").to_string(),
        Value::Bool(flag) => flag.to_string(),
    }
}

/// Arithmetic as it is written by hand: "1.5 × usual gap between orders".
pub fn expr(formula: &Formula, of: &Expr) -> String {
    let inner = |part: &Expr| match part {
        Expr::Field(_) | Expr::Param(_) | Expr::Number(_) | Expr::Coalesce(_) => expr(formula, part),
        _ => format!("({})", expr(formula, part)),
    };
    let all = |parts: &[Expr], sign: &str| parts.iter().map(inner).collect::<Vec<_>>().join(sign);
    match of {
        Expr::Field(field) => field.label.into(),
        Expr::Param(name) => formula.params.get(name).map_or_else(|| name.clone(), |param| plain(param.default)),
        Expr::Number(number) => plain(*number),
        Expr::Add(terms) => all(terms, " + "),
        Expr::Sub(terms) => all(terms, " − "),
        Expr::Mul(factors) => {
            // The number first, as people say it.
            let mut factors: Vec<&Expr> = factors.iter().collect();
            factors.sort_by_key(|factor| !matches!(factor, Expr::Number(_) | Expr::Param(_)));
            factors.into_iter().map(inner).collect::<Vec<_>>().join(" × ")
        }
        Expr::Div(top, bottom) => format!("{} ÷ {}", inner(top), inner(bottom)),
        Expr::Coalesce(parts) => {
            format!("the first known of {}", joined(&parts.iter().map(inner).collect::<Vec<_>>(), "and"))
        }
    }
}

fn plain(number: Number) -> String {
    grouped(&number.to_string())
}

/// With commas between thousands.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let whole = crate::money::grouped(whole.parse().unwrap_or_default());
    match fraction.filter(|fraction| *fraction != "00") {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// With its first letter large.
pub fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_formula_is_told_as_people_tell_it() {
        for (formula, told) in [
            (
                json!({"field": "days_since_last_order", "operator": ">", "value": 30}),
                "Customers where days since last order is more than 30.",
            ),
            (
                json!({"entity": "customer", "where": {"all": [
                    {"f": "orders_count_24m", "op": "gte", "v": {"int": 3}},
                    {"f": "days_since_last_order", "op": "gt", "v": {"expr": {"mul": [{"f": "median_order_gap_days"}, {"param": "k"}]}}},
                    {"any": [{"f": "next_booking_date", "op": "is_null"}, {"f": "next_booking_date", "op": "gt", "v": {"days_from_now": 90}}]},
                ]}, "params": {"k": {"type": "decimal", "default": "1.5"}}}),
                "Customers where orders in 24 months is at least 3, days since last order is more than 1.5 × usual gap between orders \
                 and either next booking is empty or next booking is after 90 days from now.",
            ),
            (
                json!({"entity": "opportunity", "where": {"not": {"f": "status", "op": "in", "v": ["lost", "dead"]}},
                    "measure": {"kind": "sum", "f": "charge_total"}}),
                "Total charge total of opportunities where not (status is one of lost or dead).",
            ),
            (
                json!({"entity": "opportunity", "where": {"f": "charge_total", "op": "gte", "v": {"money": "12500.00"}}}),
                "Opportunities where charge total is at least 12,500.",
            ),
            (json!({"entity": "customer"}), "All customers."),
        ] {
            assert_eq!(Formula::read(&formula).unwrap().sentence(), told);
        }
    }
}
