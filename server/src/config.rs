//! What the environment says, read once and checked. A variable that cannot be read stops the start and is named.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::jobs::JobOptions;
use domain::notifications::mail::{MailError, MailOptions, Mailer};
use domain::sync::{Span, SyncOptions};
use url::Url;

/// A variable that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct ConfigError {
    pub variable: &'static str,
    pub reason: String,
}

/// Credentials of the first tenant's account.
#[derive(Clone)]
pub struct FirstAccount {
    pub base_url: String,
    pub subdomain: String,
    pub token: String,
}

/// The operator's settings.
#[derive(Clone)]
pub struct Config {
    /// None: the private Postgres in the data folder.
    pub database_url: Option<String>,
    /// For migrations, when the first goes through a pooler.
    pub direct_url: Option<String>,
    pub data_dir: PathBuf,
    pub addr: SocketAddr,
    pub public_url: Option<Url>,
    pub secret_key: Option<String>,
    pub first_account: Option<FirstAccount>,
    pub trusted_proxies: usize,
    /// Whether an address that is entered in a screen may lie outside of the public internet.
    pub allow_private_targets: bool,
    pub sync: SyncOptions,
    pub jobs: JobOptions,
    /// Deliveries of a tenant that this host takes in a second.
    pub webhook_rate: u32,
    /// None: nothing is mailed.
    pub mail: Option<MailOptions>,
    /// The operator's key for `/api/jobs/process`.
    pub job_processor_key: Option<String>,
}

impl Config {
    /// Reads a set of variables, such as the process's.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let get = |name: &str| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let data_dir = PathBuf::from(get("BACKLINE_DATA_DIR").unwrap_or_else(|| ".backline".into()));
        let addr = get("BACKLINE_ADDR").or_else(|| get("LEPTOS_SITE_ADDR")).or_else(site_addr_of_leptos_toml);
        Ok(Config {
            database_url: get("DATABASE_URL").or_else(|| get("POSTGRES_URL")),
            direct_url: get("DIRECT_URL"),
            data_dir: data_dir.clone(),
            addr: parse(
                "BACKLINE_ADDR",
                &addr.unwrap_or_else(|| "127.0.0.1:3000".into()),
                "an address such as 127.0.0.1:3000",
            )?,
            public_url: get("BACKLINE_PUBLIC_URL").map(|text| public_url(&text)).transpose()?,
            secret_key: get("BACKLINE_SECRET_KEY").map(secret_key).transpose()?,
            first_account: first_account(&get)?,
            trusted_proxies: match get("BACKLINE_TRUSTED_PROXIES") {
                Some(text) => parse("BACKLINE_TRUSTED_PROXIES", &text, "the number of proxies in front, such as 1")?,
                None => 0,
            },
            allow_private_targets: switch(&get, "BACKLINE_ALLOW_PRIVATE_TARGETS")?,
            sync: sync_options(&get, &data_dir)?,
            jobs: job_options(&get)?,
            webhook_rate: match get("BACKLINE_WEBHOOK_RATE") {
                Some(text) => {
                    parse::<NonZeroU32>("BACKLINE_WEBHOOK_RATE", &text, "a number of deliveries a second, such as 500")?
                        .get()
                }
                None => 20_000,
            },
            mail: mail_options(&get)?,
            job_processor_key: get("JOB_PROCESSOR_API_KEY"),
        })
    }

    /// The process's own environment.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::read(|name| std::env::var(name).ok())
    }
}

fn parse<T: std::str::FromStr>(variable: &'static str, text: &str, expected: &str) -> Result<T, ConfigError> {
    text.parse().map_err(|_| ConfigError { variable, reason: format!("expected {expected}") })
}

/// The weakest word on the address is that of `Leptos.toml`.
fn site_addr_of_leptos_toml() -> Option<String> {
    let path = crate::host::beside("Leptos.toml")?;
    let options = leptos_config::get_configuration(path.to_str()).ok()?.leptos_options;
    Some(options.site_addr.to_string())
}

fn public_url(text: &str) -> Result<Url, ConfigError> {
    let refuse = |reason: &str| ConfigError { variable: "BACKLINE_PUBLIC_URL", reason: reason.into() };
    let url = Url::parse(text).map_err(|_| refuse("expected a URL such as https://backline.example.com"))?;
    if !matches!(url.scheme(), "http" | "https")
        || url.path() != "/"
        || url.query().is_some()
        || url.host_str().is_none()
    {
        return Err(refuse("expected scheme, host and perhaps port, without a path"));
    }
    Ok(url)
}

fn secret_key(key: String) -> Result<String, ConfigError> {
    if key.len() < 16 {
        return Err(ConfigError { variable: "BACKLINE_SECRET_KEY", reason: "must be at least 16 bytes long".into() });
    }
    Ok(key)
}

fn first_account(get: &impl Fn(&str) -> Option<String>) -> Result<Option<FirstAccount>, ConfigError> {
    let base_url = get("CURRENT_RMS_BASE_URL").unwrap_or_else(|| domain::sync::connection::DEFAULT_BASE_URL.into());
    match (get("CURRENT_RMS_SUBDOMAIN"), get("CURRENT_RMS_API_KEY")) {
        (Some(subdomain), Some(token)) => Ok(Some(FirstAccount { base_url, subdomain, token })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError {
            variable: "CURRENT_RMS_API_KEY",
            reason: "is missing beside CURRENT_RMS_SUBDOMAIN".into(),
        }),
        (None, Some(_)) => Err(ConfigError {
            variable: "CURRENT_RMS_SUBDOMAIN",
            reason: "is missing beside CURRENT_RMS_API_KEY".into(),
        }),
    }
}

/// Both or neither; read once, so that a slip is told at the start and not by the first mail.
fn mail_options(get: &impl Fn(&str) -> Option<String>) -> Result<Option<MailOptions>, ConfigError> {
    let missing = |variable, other| ConfigError { variable, reason: format!("is missing beside {other}") };
    let options = match (get("BACKLINE_SMTP_URL"), get("BACKLINE_SMTP_FROM")) {
        (Some(url), Some(from)) => MailOptions { url, from },
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(missing("BACKLINE_SMTP_FROM", "BACKLINE_SMTP_URL")),
        (None, Some(_)) => return Err(missing("BACKLINE_SMTP_URL", "BACKLINE_SMTP_FROM")),
    };
    match Mailer::new(&options) {
        Ok(_) => Ok(Some(options)),
        Err(error @ MailError::Url) => Err(ConfigError { variable: "BACKLINE_SMTP_URL", reason: error.to_string() }),
        Err(error @ MailError::From) => Err(ConfigError { variable: "BACKLINE_SMTP_FROM", reason: error.to_string() }),
    }
}

fn sync_options(get: &impl Fn(&str) -> Option<String>, data_dir: &Path) -> Result<SyncOptions, ConfigError> {
    let number = |variable: &'static str, default: u64, expected: &str| match get(variable) {
        Some(text) => parse::<u64>(variable, &text, expected),
        None => Ok(default),
    };
    let defaults = SyncOptions::default();
    let days = "a number of days up to 36500";
    let span = Span {
        before: number("BACKLINE_SYNC_DAYS_BEFORE", defaults.span.before, days)?.min(36_500),
        after: number("BACKLINE_SYNC_DAYS_AFTER", defaults.span.after, days)?.min(36_500),
    };
    let percent =
        number("BACKLINE_SWEEP_MAX_GONE_PERCENT", defaults.max_gone_percent.into(), "a percentage from 0 to 100")?;
    Ok(SyncOptions {
        interval: Duration::from_millis(
            number("BACKLINE_SYNC_INTERVAL_MS", 200, "milliseconds, 0 for no limit")?.min(60_000),
        ),
        span,
        max_gone_percent: u8::try_from(percent.min(100)).unwrap_or(100),
        spool: data_dir.join("spool"),
        ..defaults
    })
}

fn job_options(get: &impl Fn(&str) -> Option<String>) -> Result<JobOptions, ConfigError> {
    let defaults = JobOptions::default();
    let seconds = |variable: &'static str, default: Duration| match get(variable) {
        Some(text) => match text.parse::<f64>() {
            Ok(seconds) if (0.2..=86_400.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
            _ => Err(ConfigError { variable, reason: "expected seconds from 0.2 to 86400".into() }),
        },
        None => Ok(default),
    };
    Ok(JobOptions {
        lease: seconds("BACKLINE_JOB_LEASE_S", defaults.lease)?,
        backoff: seconds("BACKLINE_JOB_BACKOFF_S", defaults.backoff)?,
        probe: switch(get, "BACKLINE_PROBE_JOBS")?,
        slots: match get("BACKLINE_JOB_SLOTS") {
            Some(text) => parse::<usize>("BACKLINE_JOB_SLOTS", &text, "jobs at once, from 1 to 1000")?.clamp(1, 1000),
            None => defaults.slots,
        },
        ..defaults
    })
}

fn switch(get: &impl Fn(&str) -> Option<String>, variable: &'static str) -> Result<bool, ConfigError> {
    match get(variable).as_deref() {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(other) => parse(variable, other, "0 or 1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_named() {
        for (name, value) in [
            ("BACKLINE_ADDR", "localhost"),
            ("BACKLINE_PUBLIC_URL", "backline.example.com"),
            ("BACKLINE_PUBLIC_URL", "https://example.com/path"),
            ("BACKLINE_SECRET_KEY", "short"),
            ("BACKLINE_SYNC_INTERVAL_MS", "fast"),
            ("BACKLINE_TRUSTED_PROXIES", "10.0.0.0/8"),
            ("BACKLINE_ALLOW_PRIVATE_TARGETS", "yes"),
            ("BACKLINE_JOB_LEASE_S", "soon"),
            ("BACKLINE_JOB_BACKOFF_S", "-1"),
            ("BACKLINE_PROBE_JOBS", "yes"),
        ] {
            assert_eq!(read(&[(name, value)]).err().map(|e| e.variable), Some(name), "{value}");
        }
        let smtp =
            |url, from| read(&[("BACKLINE_SMTP_URL", url), ("BACKLINE_SMTP_FROM", from)]).err().map(|e| e.variable);
        assert_eq!(smtp("smtp://mail.example.com", ""), Some("BACKLINE_SMTP_FROM"));
        assert_eq!(smtp("", "a@b.example"), Some("BACKLINE_SMTP_URL"));
        assert_eq!(smtp("mail.example.com", "a@b.example"), Some("BACKLINE_SMTP_URL"));
        assert_eq!(smtp("smtp://mail.example.com", "nobody"), Some("BACKLINE_SMTP_FROM"));
        assert_eq!(smtp("smtp://mail.example.com", "Backline <a@b.example>"), None);
        assert_eq!(read(&[("CURRENT_RMS_SUBDOMAIN", "x")]).err().map(|e| e.variable), Some("CURRENT_RMS_API_KEY"));
    }

    #[test]
    fn backlines_own_address_wins_over_that_of_leptos() {
        let config = read(&[("LEPTOS_SITE_ADDR", "127.0.0.1:1"), ("BACKLINE_ADDR", "127.0.0.1:2")]).ok();
        assert_eq!(config.map(|config| config.addr.port()), Some(2));
        assert_eq!(
            read(&[("POSTGRES_URL", "postgres://x")]).ok().and_then(|config| config.database_url).as_deref(),
            Some("postgres://x")
        );
    }
}
