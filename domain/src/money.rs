//! An amount of money in minor units (pence, cents), with exactly two decimals.
//!
//! Columns are `numeric(14,2)`, JSON carries decimal strings. The currency belongs to the tenant, not to the amount.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Minor units. `Money(482_050)` is 4,820.50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(i64);

/// The text is no decimal with at most two places.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an amount such as 1201.40")]
pub struct NotMoney;

impl Money {
    /// The largest amount that `numeric(14,2)` holds.
    pub const MAX: Money = Money(99_999_999_999_999);

    /// From minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Money(minor)
    }

    /// In minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Reads "1201", "1201.4" or "-1201.40"; refuses more than two decimals and more than twelve digits before them.
    pub fn parse(text: &str) -> Result<Self, NotMoney> {
        let (sign, digits) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let decimal =
            |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !decimal(whole, 12) || !decimal(fraction, 2) {
            return Err(NotMoney);
        }
        let whole: i64 = whole.parse().map_err(|_| NotMoney)?;
        let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| NotMoney)?;
        Ok(Money(sign * (whole * 100 + cents)))
    }

    /// For people: currency sign, thousands, and no more figures than fit a card: `£1.42 M`, `£48,200.50`.
    pub fn short(self, currency: &str) -> String {
        let sign = if self.0 < 0 { "−" } else { "" };
        let symbol = currency_symbol(currency);
        let units = self.0.unsigned_abs() / 100;
        match units {
            0..10_000 => format!("{sign}{symbol}{}.{:02}", grouped(units), self.0.unsigned_abs() % 100),
            10_000..1_000_000 => format!("{sign}{symbol}{}", grouped((self.0.unsigned_abs() + 50) / 100)),
            1_000_000..1_000_000_000 => format!("{sign}{symbol}{:.2} M", units as f64 / 1e6),
            _ => format!("{sign}{symbol}{:.2} bn", units as f64 / 1e9),
        }
    }
}

/// Groups by thousands with commas.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn currency_symbol(code: &str) -> String {
    match code {
        "GBP" => "£".into(),
        "EUR" => "€".into(),
        "USD" | "AUD" | "CAD" | "NZD" => "$".into(),
        "JPY" => "¥".into(),
        other => format!("{other} "),
    }
}

impl Sum for Money {
    /// Stops at the end of the type.
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        Money(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Money::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(feature = "ssr")]
mod numeric {
    use rust_decimal::Decimal;
    use rust_decimal::prelude::ToPrimitive;

    use sqlx::encode::IsNull;
    use sqlx::error::BoxDynError;
    use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
    use sqlx::{Decode, Encode, Postgres, Type};

    use super::Money;

    impl Type<Postgres> for Money {
        fn type_info() -> PgTypeInfo {
            <Decimal as Type<Postgres>>::type_info()
        }
    }

    impl PgHasArrayType for Money {
        fn array_type_info() -> PgTypeInfo {
            <Decimal as PgHasArrayType>::array_type_info()
        }
    }

    impl Encode<'_, Postgres> for Money {
        fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
            Decimal::from(*self).encode_by_ref(buffer)
        }
    }

    impl Decode<'_, Postgres> for Money {
        fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
            Ok(Money::from(<Decimal as Decode<Postgres>>::decode(value)?))
        }
    }

    impl From<Money> for Decimal {
        fn from(money: Money) -> Self {
            Decimal::new(money.minor(), 2)
        }
    }

    impl From<Decimal> for Money {
        /// A column's value; sums beyond the type stop at its end.
        fn from(decimal: Decimal) -> Self {
            let minor = (decimal * Decimal::ONE_HUNDRED).round().to_i64();
            Money(minor.unwrap_or(if decimal.is_sign_negative() { i64::MIN } else { i64::MAX }))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_keeps_its_cents() {
        assert_eq!(Money::parse("1201.4"), Ok(Money(120_140)));
        assert_eq!(Money::parse("-0.05"), Ok(Money(-5)));
        assert_eq!(Money(-5).to_string(), "-0.05");
        assert_eq!(Money::parse("999999999999.99"), Ok(Money::MAX));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-", "1.", ".5", "1.234", "1e3", "１", "1 000", "1000000000000", "+1", "--1", "abc"] {
            assert_eq!(Money::parse(text), Err(NotMoney), "{text}");
        }
    }

    #[test]
    fn a_card_shows_three_figures_that_matter() {
        assert_eq!(Money(142_011_820).short("GBP"), "£1.42 M");
        assert_eq!(Money(999_999).short("GBP"), "£9,999.99");
        assert_eq!(Money(4_820_050).short("SEK"), "SEK 48,201");
        assert_eq!(Money(0).short("EUR"), "€0.00");
    }

    proptest! {
        #[test]
        fn text_and_amount_are_one(minor in -99_999_999_999_999i64..=99_999_999_999_999) {
            prop_assert_eq!(Money::parse(&Money(minor).to_string()), Ok(Money(minor)));
        }
    }
}
