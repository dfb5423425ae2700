//! Reading single values of a record as leniently as the contract asks, and no more: numbers for strings and strings for
//! numbers are taken, what cannot be read is an error, nothing is guessed.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::money::Money;

/// A JSON value as its text; a key that is missing or null is none.
pub type Raw<'a> = Option<&'a RawValue>;

/// A text. U+0000, which no PostgreSQL text can hold, becomes U+FFFD.
pub fn text(raw: Raw<'_>) -> Result<Option<String>, &'static str> {
    let Some(literal) = raw.map(RawValue::get) else { return Ok(None) };
    match literal.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(literal).map_err(|_| "is no text that can be read")?;
            Ok(Some(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }))
        }
        Some(b'{' | b'[') => Err("is no text"),
        _ if literal == "null" => Ok(None),
        _ => Ok(Some(literal.to_owned())),
    }
}

/// An integer of 64 bits.
pub fn integer(raw: Raw<'_>) -> Result<Option<i64>, &'static str> {
    match text(raw)?.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(digits) => digits.parse().map(Some).map_err(|_| "is no integer"),
    }
}

/// An integer of 32 bits.
pub fn small_integer(raw: Raw<'_>) -> Result<Option<i32>, &'static str> {
    integer(raw)?.map(i32::try_from).transpose().map_err(|_| "is no integer")
}

/// An amount, rounded to two decimals half away from zero as `numeric(14,2)` does.
pub fn money(raw: Raw<'_>) -> Result<Option<Money>, &'static str> {
    let text = text(raw)?;
    let Some(digits) = text.as_deref().map(str::trim).filter(|digits| !digits.is_empty()) else { return Ok(None) };
    let decimal =
        Decimal::from_str(digits).or_else(|_| Decimal::from_scientific(digits)).map_err(|_| "is no amount")?;
    let rounded = decimal.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    if rounded.abs() > Decimal::from(Money::MAX) {
        return Err("is larger than twelve digits before the point");
    }
    Ok(Some(Money::from(rounded)))
}

/// An instant: RFC 3339, or without a zone, which the source means as UTC, or a date alone.
pub fn instant(raw: Raw<'_>) -> Result<Option<DateTime<Utc>>, &'static str> {
    let text = text(raw)?;
    let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(at.with_timezone(&Utc)));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .ok()
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0));
    // Beyond these years the database's own type ends.
    match local {
        Some(at) if (-4000..=9999).contains(&chrono::Datelike::year(&at)) => Ok(Some(at.and_utc())),
        _ => Err("is no date that can be read"),
    }
}

/// Replaces `\ud800`-like escapes that have no partner, which are legal in JSON but no Unicode text, by U+FFFD.
pub fn mend_surrogates(json: &str) -> Cow<'_, str> {
    // Almost no record has an escape of this kind: look for the rarest byte of it first.
    let bytes = json.as_bytes();
    let suspicious = bytes.contains(&b'\\')
        && bytes.windows(3).any(|part| part[0] == b'\\' && part[1] == b'u' && part[2] | 0x20 == b'd');
    if !suspicious {
        return Cow::Borrowed(json);
    }
    let unit = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut mended = String::with_capacity(json.len());
    let mut at = 0;
    while let Some(offset) = json[at..].find('\\') {
        mended.push_str(&json[at..at + offset]);
        at += offset;
        let (take, keep) = match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => (12, true),
            Some(0xD800..=0xDFFF) => (6, false),
            _ => (1 + json[at + 1..].chars().next().map_or(0, char::len_utf8), true),
        };
        mended.push_str(if keep { &json[at..at + take] } else { "\\ufffd" });
        at += take;
    }
    mended.push_str(&json[at..]);
    Cow::Owned(mended)
}

/// Whether arrays and objects are nested deeper than this.
pub fn is_deeper_than(most: usize, json: &str) -> bool {
    // Counting brackets costs next to nothing, and few of them cannot be deep.
    let brackets = json.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
    brackets > most && depth(json) > most
}

fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(json: &str, how: impl Fn(Raw<'_>) -> Result<T, &'static str>) -> Result<T, &'static str> {
        let value: Box<RawValue> = serde_json::from_str(json).unwrap();
        how(Some(&value))
    }

    #[test]
    fn money_comes_as_text_number_or_nothing() {
        let minor = |json| read(json, money).map(|amount| amount.map(Money::minor));
        assert_eq!(minor("\"4820.5\""), Ok(Some(482_050)));
        assert_eq!(minor("0"), Ok(Some(0)));
        assert_eq!(minor("1.005"), Ok(Some(101)));
        assert_eq!(minor("-1.005"), Ok(Some(-101)));
        assert_eq!(minor("1e3"), Ok(Some(100_000)));
        assert_eq!(minor("\"999999999999.99\""), Ok(Some(Money::MAX.minor())));
        assert_eq!(minor("null"), Ok(None));
        assert_eq!(minor("\"\""), Ok(None));
        assert!(minor("\"1000000000000\"").is_err());
        assert!(minor("\"abc\"").is_err());
        assert!(minor("\"NaN\"").is_err());
        assert!(minor("{}").is_err());
    }

    #[test]
    fn an_instant_may_lie_in_year_one_but_not_be_a_word() {
        assert_eq!(
            read("\"0001-01-01T00:00:00.000Z\"", instant).unwrap().unwrap().to_rfc3339(),
            "0001-01-01T00:00:00+00:00"
        );
        assert_eq!(read("\"2026-01-15\"", instant).unwrap().unwrap().to_rfc3339(), "2026-01-15T00:00:00+00:00");
        assert_eq!(
            read("\"2026-01-15T10:00:00+02:00\"", instant).unwrap().unwrap().to_rfc3339(),
            "2026-01-15T08:00:00+00:00"
        );
        assert!(read("\"tomorrow\"", instant).is_err());
    }

    #[test]
    fn odd_text_is_made_storable() {
        assert_eq!(read(r#""a\u0000b""#, text), Ok(Some("a\u{fffd}b".into())));
        assert_eq!(read("12", text), Ok(Some("12".into())));
        assert_eq!(
            mend_surrogates(r#"{"a":"\ud800 \ud83d\ude00 \udc00","b":"\\ud800"}"#),
            r#"{"a":"\ufffd \ud83d\ude00 \ufffd","b":"\\ud800"}"#
        );
    }

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        assert_eq!(depth(r#"{"a":["}]{\"[",{"b":[]}]}"#), 4);
    }
}
