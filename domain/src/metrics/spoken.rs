//! Values of metrics and records as people read them.

use super::catalogue::{Entity, Field};
use super::formula::Formula;
use super::kind::Kind;
use super::number::Number;
use super::value::Value;
use crate::money::{Money, grouped};

/// What stands where there is nothing.
pub const NOTHING: &str = "—";

/// A cell of a list.
pub fn value(field: &Field, value: Option<&Value>, currency: &str) -> String {
    match value {
        None => NOTHING.into(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Choice(code)) => field.word(*code).map_or_else(|| code.to_string(), |word| word.replace('_', " ")),
        Some(Value::Number(number)) if field.kind == Kind::Money => money(*number, currency),
        Some(Value::Number(number)) => plain(*number),
        Some(Value::Date(date)) => date.format("%-d %b %Y").to_string(),
        Some(Value::Bool(flag)) => if *flag { "yes" } else { "no" }.into(),
    }
}

/// What a formula is worth.
pub fn measured(formula: &Formula, value: Option<Number>, currency: &str) -> String {
    match value {
        None => NOTHING.into(),
        Some(number) if formula.is_money() => money(number, currency),
        Some(number) => plain(number),
    }
}

/// An amount to the cent, with its sign and thousands.
pub fn money(number: Number, currency: &str) -> String {
    let cents = (number.millionths().unsigned_abs() + 5_000) / 10_000;
    let sign = if number < Number::ZERO { "-" } else { "" };
    let told = Money::parse(&format!("{sign}{}.{:02}", cents / 100, cents % 100));
    told.map_or_else(|_| number.to_string(), |money| money.short(currency))
}

/// A number with thousands, and no more than two places.
pub fn plain(number: Number) -> String {
    let hundredths = (number.millionths().unsigned_abs() + 5_000) / 10_000;
    let sign = if number < Number::ZERO && hundredths > 0 { "−" } else { "" };
    let whole = u64::try_from(hundredths / 100).map_or_else(|_| (hundredths / 100).to_string(), grouped);
    match hundredths % 100 {
        0 => format!("{sign}{whole}"),
        places => format!("{sign}{whole}.{}", format!("{places:02}").trim_end_matches('0')),
    }
}

/// "28 of 412 customers, 6.8 %".
pub fn share(matched: i64, base: i64, entity: Entity) -> String {
    let plural = entity.plural().to_lowercase();
    let number = |count: i64| grouped(count.unsigned_abs());
    if base == 0 {
        return format!("there are no {plural} yet");
    }
    let tenths = (matched * 2000 + base) / (2 * base);
    format!("{} of {} {plural}, {}.{} %", number(matched), number(base), tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn numbers_have_thousands_and_at_most_two_places() {
        for (text, told) in
            [("0", "0"), ("1234567", "1,234,567"), ("0.125", "0.13"), ("-0.001", "0"), ("-1500.5", "−1,500.5")]
        {
            assert_eq!(plain(number(text)), told);
        }
        assert_eq!(money(number("-12.345"), "GBP"), "−£12.35");
        assert_eq!(money(number("38120"), "GBP"), "£38,120");
    }

    #[test]
    fn a_share_is_a_percentage_to_one_place() {
        let share = |matched, base| share(matched, base, Entity::Customer);
        assert_eq!(share(28, 412), "28 of 412 customers, 6.8 %");
        assert_eq!(share(1, 1), "1 of 1 customers, 100.0 %");
        assert_eq!(share(0, 0), "there are no customers yet");
    }
}
