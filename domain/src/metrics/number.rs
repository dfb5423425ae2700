//! The numbers of formulas: at most 15 digits before the point and 6 behind it, exact. What leaves that range is empty.
//!
//! PostgreSQL reckons with the same in `app.metric_number` and `app.metric_quotient` (migration 0024).

use std::fmt;

/// Millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Number(i128);

const ONE: i128 = 1_000_000;
/// The first that is too large, in millionths.
const END: i128 = 1_000_000_000_000_000 * ONE;

impl Number {
    pub const ZERO: Number = Number(0);
    /// The largest there is.
    pub const MAX: Number = Number(END - 1);
    /// The smallest step.
    pub const STEP: Number = Number(1);

    /// None beyond the range.
    pub const fn from_millionths(millionths: i128) -> Option<Number> {
        if millionths > -END && millionths < END { Some(Number(millionths)) } else { None }
    }

    pub const fn millionths(self) -> i128 {
        self.0
    }

    /// A whole number; none beyond the range.
    pub fn whole(number: i64) -> Option<Number> {
        Number::from_millionths(i128::from(number) * ONE)
    }

    pub const fn is_whole(self) -> bool {
        self.0 % ONE == 0
    }

    /// Whether it is an amount of money: no more than two places.
    pub const fn is_cents(self) -> bool {
        self.0 % 10_000 == 0
    }

    /// Its whole part.
    pub fn trunc(self) -> i64 {
        i64::try_from(self.0 / ONE).unwrap_or_default()
    }

    /// Reads `12`, `-0.5`, `1.5e3`; none for what has more places or digits than there are.
    pub fn parse(text: &str) -> Option<Number> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) || (digits.contains('.') && fraction.is_empty()) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let all = all.trim_start_matches('0');
        let kept = all.trim_end_matches('0');
        if kept.is_empty() {
            return Some(Number::ZERO);
        }
        // `kept` × 10^power millionths.
        let lost = i32::try_from(all.len() - kept.len()).ok()?;
        let power = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(lost)?.checked_add(6)?;
        if !(0..=21).contains(&power) || kept.len() > 21 {
            return None;
        }
        let scale = 10_i128.checked_pow(u32::try_from(power).ok()?)?;
        let value = kept.parse::<i128>().ok()?.checked_mul(scale)?;
        Number::from_millionths(if negative { -value } else { value })
    }

    pub fn plus(self, other: Number) -> Option<Number> {
        Number::from_millionths(self.0 + other.0)
    }

    pub fn minus(self, other: Number) -> Option<Number> {
        Number::from_millionths(self.0 - other.0)
    }

    /// To 6 places, half away from zero.
    pub fn times(self, other: Number) -> Option<Number> {
        let product = self.0.checked_mul(other.0)?;
        Number::from_millionths(rounded(product, ONE)?)
    }

    /// To 6 places, half away from zero; none by zero.
    pub fn over(self, other: Number) -> Option<Number> {
        Number::from_millionths(rounded(self.0.checked_mul(ONE)?, other.0)?)
    }
}

/// A quotient of whole numbers, half away from zero.
fn rounded(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator == 0 {
        return None;
    }
    let (top, bottom) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let quotient = top / bottom + u128::from(top % bottom >= bottom - top % bottom);
    let quotient = i128::try_from(quotient).ok()?;
    Some(if (numerator < 0) == (denominator < 0) { quotient } else { -quotient })
}

/// As short as it can be: `12`, `-0.5`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) =
            (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let places = format!("{fraction:06}");
        write!(f, "{sign}{whole}.{}", places.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn a_number_is_read_exactly_or_not_at_all() {
        for (text, told) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("00012.50", "12.5"),
            ("1.5e3", "1500"),
            ("15E-1", "1.5"),
            ("0.000001", "0.000001"),
            ("999999999999999.999999", "999999999999999.999999"),
            ("100e-2", "1"),
            ("0e999999999", "0"),
        ] {
            assert_eq!(number(text).to_string(), told, "{text}");
        }
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e",
            "1e400",
            "1e-400",
            "0.0000001",
            "1000000000000000",
            "NaN",
            "+1",
            "1_0",
            "١",
            "--1",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_halfway_goes_away_from_zero() {
        let div = |a, b| number(a).over(number(b)).map(|n| n.to_string());
        assert_eq!(div("1", "3").as_deref(), Some("0.333333"));
        assert_eq!(div("2", "3").as_deref(), Some("0.666667"));
        assert_eq!(div("-0.000001", "2").as_deref(), Some("-0.000001"));
        assert_eq!(div("1", "0"), None);
        assert_eq!(number("0.001").times(number("0.0005")).unwrap().to_string(), "0.000001");
        assert_eq!(number("0.001").times(number("0.000499")).unwrap(), Number::ZERO);
        assert_eq!(div("0.000001", "999999999999999").as_deref(), Some("0"));
    }

    #[test]
    fn what_leaves_the_range_is_empty() {
        assert_eq!(Number::MAX.plus(Number::STEP), None);
        assert_eq!(Number::MAX.times(Number::MAX), None);
        assert_eq!(Number::MAX.over(Number::STEP), None);
        assert_eq!(number("1e14").times(number("9")).unwrap().to_string(), "900000000000000");
    }
}
