//! The code of a metric: the name by which everything else knows it.

use std::fmt;

use serde::Serialize;

/// 1 to 100 of `a`–`z`, `0`–`9` and `_`; never changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MetricCode(String);

/// Most characters of a code.
pub const LONGEST: usize = 100;

impl MetricCode {
    /// None for what is no code. Nothing is trimmed or folded: another spelling is another name.
    pub fn parse(text: &str) -> Option<MetricCode> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        ((1..=LONGEST).contains(&text.len()) && text.bytes().all(plain)).then(|| MetricCode(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetricCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_small_letters_digits_and_underscores_up_to_a_hundred() {
        for good in ["at_risk_2", "_", "9", "preview", &"a".repeat(100)] {
            assert_eq!(MetricCode::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "At-Risk", "at risk", "ä", "a\0", "a\n", &"a".repeat(101)] {
            assert_eq!(MetricCode::parse(bad), None, "{bad:?}");
        }
    }
}
