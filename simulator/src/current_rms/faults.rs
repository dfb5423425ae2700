//! The faults an account can have, and how they are written on a command line.

/// How a simulated account misbehaves. Shares lie between 0 and 1; everything off by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Share of answers that are 429.
    pub rate_limit: f64,
    /// Seconds that every 429 carries in `Retry-After`; without it the header is absent.
    pub retry_after: Option<u64>,
    /// Writes `Retry-After` as an HTTP date (two seconds ahead when `retry_after` is not given).
    pub retry_after_date: bool,
    /// Requests that are answered in any minute; those above are 429.
    pub budget: Option<usize>,
    /// Share of answers that are 502 with an HTML body.
    pub server_error: f64,
    /// Share of answers that are 200 with an HTML body.
    pub html: f64,
    /// Share of answers whose connection is cut in the middle of the body, under a true `Content-Length`.
    pub cut: f64,
    /// Milliseconds before each answer.
    pub slow: u64,
    /// The largest `per_page`.
    pub clamp: Option<usize>,
    /// The account ignores ranges on `id` and every sort; its own order is `updated_at desc`.
    pub no_key: bool,
    /// 422 on a filter over a date.
    pub reject_dates: bool,
    /// Share of the records that get `updated_at` = now before each list answer.
    pub moving: f64,
    /// Random records that vanish during the first list scan.
    pub deletions: usize,
    /// Share of the records that are odd, yet can be read.
    pub odd: f64,
    /// Records that no client can map.
    pub broken: usize,
    /// 403 "API not enabled" to every request.
    pub disabled: bool,
    /// 401 to every request.
    pub auth: bool,
    /// Share of webhook deliveries that are sent twice.
    pub webhook_duplicate: f64,
    /// Share of webhook deliveries that are never sent.
    pub webhook_loss: f64,
    /// Milliseconds that a webhook delivery may be late, so that later ones overtake it.
    pub webhook_late: u64,
    /// Milliseconds before a failed webhook delivery is tried for the second time; each further wait is four times as long.
    pub webhook_retry: Option<u64>,
    /// Webhook bodies write `Action_type`.
    pub webhook_capital: bool,
}

/// Why a fault was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// There is no `=`.
    #[error("fault `{0}` is not NAME=VALUE")]
    NotAPair(String),
    /// No fault has this name.
    #[error("there is no fault `{name}`; known: {known}")]
    Unknown {
        /// The name as given.
        name: String,
        /// Every name there is.
        known: String,
    },
    /// The value does not fit the fault.
    #[error("fault `{name}` expects {expected}, not `{value}`")]
    BadValue {
        /// The name of the fault.
        name: &'static str,
        /// What the value has to be.
        expected: &'static str,
        /// The value as given.
        value: String,
    },
}

const NAMES: &[(&str, &str)] = &[
    ("rate-limit", "SHARE of answers that are 429, without Retry-After"),
    ("retry-after", "SECONDS that 429 answers carry in Retry-After"),
    ("retry-after-date", "1: Retry-After is an HTTP date"),
    ("budget", "N requests a minute, 429 above"),
    ("server-error", "SHARE of answers that are 502 with an HTML body"),
    ("html", "SHARE of answers that are 200 with an HTML body"),
    ("cut", "SHARE of answers whose connection is cut in the middle of the body"),
    ("slow", "MILLISECONDS before each answer"),
    ("clamp", "N: the largest per_page"),
    ("no-key", "1: q[id_gt] and q[s][] are ignored; the order is updated_at desc"),
    ("reject-dates", "1: 422 on date filters"),
    ("moving", "SHARE of records touched before each list answer"),
    ("deletions", "N records vanish during the first list scan"),
    ("odd", "SHARE of records that are odd, yet can be read"),
    ("broken", "N records that no client can map"),
    ("disabled", "1: 403, API not enabled"),
    ("auth", "1: always 401"),
    ("webhook-duplicate", "SHARE of webhook deliveries that are sent twice"),
    ("webhook-loss", "SHARE of webhook deliveries that are never sent"),
    ("webhook-late", "MILLISECONDS that a webhook delivery may be late"),
    ("webhook-retry", "MILLISECONDS before a webhook delivery is tried again"),
    ("webhook-capital", "1: webhook bodies write Action_type"),
];

impl Faults {
    /// Every fault by name, with its help.
    pub fn names() -> &'static [(&'static str, &'static str)] {
        NAMES
    }

    /// Reads `NAME=VALUE` pairs; a later pair wins over an earlier one of the same name.
    pub fn parse(pairs: &[String]) -> Result<Self, FaultError> {
        let mut faults = Self::default();
        for pair in pairs {
            let (name, value) = pair.split_once('=').ok_or_else(|| FaultError::NotAPair(pair.clone()))?;
            faults.set(name.trim(), value.trim())?;
        }
        Ok(faults)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), FaultError> {
        let Some(&(name, _)) = NAMES.iter().find(|(known, _)| *known == name) else {
            let known = NAMES.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
            return Err(FaultError::Unknown { name: name.to_owned(), known });
        };
        match name {
            "rate-limit" => self.rate_limit = share(name, value)?,
            "retry-after" => self.retry_after = Some(count(name, "whole seconds", value)?),
            "retry-after-date" => self.retry_after_date = switch(name, value)?,
            "budget" => self.budget = Some(count(name, "requests a minute", value)?),
            "server-error" => self.server_error = share(name, value)?,
            "html" => self.html = share(name, value)?,
            "cut" => self.cut = share(name, value)?,
            "slow" => self.slow = count(name, "whole milliseconds", value)?,
            "clamp" => self.clamp = Some(count(name, "a number of rows", value)?).filter(|rows| *rows > 0),
            "no-key" => self.no_key = switch(name, value)?,
            "reject-dates" => self.reject_dates = switch(name, value)?,
            "moving" => self.moving = share(name, value)?,
            "deletions" => self.deletions = count(name, "a number of records", value)?,
            "odd" => self.odd = share(name, value)?,
            "broken" => self.broken = count(name, "a number of records", value)?,
            "disabled" => self.disabled = switch(name, value)?,
            "webhook-duplicate" => self.webhook_duplicate = share(name, value)?,
            "webhook-loss" => self.webhook_loss = share(name, value)?,
            "webhook-late" => self.webhook_late = count(name, "whole milliseconds", value)?,
            "webhook-retry" => self.webhook_retry = Some(count(name, "whole milliseconds", value)?),
            "webhook-capital" => self.webhook_capital = switch(name, value)?,
            _ => self.auth = switch(name, value)?,
        }
        Ok(())
    }
}

fn share(name: &'static str, value: &str) -> Result<f64, FaultError> {
    let read = value.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    read.ok_or_else(|| bad(name, "a share between 0 and 1", value))
}

fn count<N: std::str::FromStr>(name: &'static str, expected: &'static str, value: &str) -> Result<N, FaultError> {
    value.parse().map_err(|_| bad(name, expected, value))
}

fn switch(name: &'static str, value: &str) -> Result<bool, FaultError> {
    match value {
        "1" | "true" | "on" => Ok(true),
        "0" | "false" | "off" => Ok(false),
        _ => Err(bad(name, "1 or 0", value)),
    }
}

fn bad(name: &'static str, expected: &'static str, value: &str) -> FaultError {
    FaultError::BadValue { name, expected, value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pair: &str) -> String {
        Faults::parse(&[pair.to_owned()]).unwrap_err().to_string()
    }

    #[test]
    fn every_named_fault_can_be_set() {
        for (name, _) in Faults::names() {
            let faults = Faults::parse(&[format!("{name}=1")]).unwrap();
            assert_ne!(faults, Faults::default(), "{name}");
        }
    }

    #[test]
    fn a_refusal_names_the_fault_and_what_it_expects() {
        assert_eq!(refusal("odd=5"), "fault `odd` expects a share between 0 and 1, not `5`");
        assert_eq!(refusal("slow=fast"), "fault `slow` expects whole milliseconds, not `fast`");
        assert_eq!(refusal("auth=perhaps"), "fault `auth` expects 1 or 0, not `perhaps`");
        assert_eq!(refusal("budget"), "fault `budget` is not NAME=VALUE");
        assert!(refusal("ratelimit=0.1").starts_with("there is no fault `ratelimit`; known: rate-limit, "));
    }
}
