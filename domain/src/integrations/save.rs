//! Adding, changing and removing an integration.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sqlx::Error;

use super::store::{self, Integration};
use super::{SyncStatus, system_name};
use crate::audit::{self, Request};
use crate::augmented::WriteError;
use crate::db::TenantTx;
use crate::opportunities::store::known_among;
use crate::params::Fault;
use crate::patch::{Said, line, needed_line, object};

/// Systems of a tenant: each has lists of its own in a reconciliation.
const MOST_SYSTEMS: usize = 50;

/// What is to be changed; fields that nothing is said of stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    pub external_id: Option<String>,
    pub uid: Said<String>,
    /// A [`SyncStatus`]. Synced without a time is synced now.
    pub sync_status: Option<String>,
    /// An instant in RFC 3339, not ahead of the clock.
    pub last_synced: Said<String>,
    /// An object, which takes the place of the one before; null empties it.
    pub metadata: Said<Value>,
}

/// An integration to add; the one of the same system is changed instead.
#[derive(Debug, Clone)]
pub struct NewIntegration {
    pub system_name: String,
    pub external_id: String,
    pub rest: Patch,
}

/// Adds an integration to an opportunity of the mirror, or changes the one of the same system; the caller commits. Gives
/// whether it is new. With `expected_version` it is refused when another one stands; 0 says that there is none yet.
pub async fn create(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    new: NewIntegration,
    expected_version: Option<i64>,
) -> Result<(Integration, bool), WriteError> {
    let system = system_name(&needed_line("systemName", &new.system_name, 60)?);
    let patch = Checked::of(Patch { external_id: Some(new.external_id), ..new.rest }, Utc::now())?;
    if known_among(tx, &[opportunity]).await?.is_empty() {
        return Err(WriteError::NotFound("opportunity"));
    }
    // Who is overtaken by the first writer changes what that one wrote.
    loop {
        let before = store::hold_system(tx, opportunity, &system).await?;
        let version = before.as_ref().map_or(0, |before| before.version);
        WriteError::unless_current(expected_version, version, before.as_ref())?;
        if let Some(before) = before {
            return Ok((write(tx, hand, before, patch).await?, false));
        }
        let systems = store::systems(tx).await?;
        if systems.len() >= MOST_SYSTEMS && !systems.contains(&system) {
            return Err(Fault::new("systemName", format!("there are {MOST_SYSTEMS} systems already")).into());
        }
        if let Some(after) = store::insert(tx, &patch.clone().over(blank(opportunity, &system))).await? {
            let (_, values) = audit::difference(None, columns(&after));
            note(tx, hand, after.id, "create", None, Some(values)).await?;
            return Ok((after, true));
        }
    }
}

/// Changes an integration; the caller commits. What changes nothing writes nothing.
pub async fn set(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    id: i64,
    patch: Patch,
    expected_version: Option<i64>,
) -> Result<Integration, WriteError> {
    if patch == Patch::default() {
        return Err(Fault::new("body", "expected at least one field to set").into());
    }
    let patch = Checked::of(patch, Utc::now())?;
    let before = store::hold(tx, opportunity, id).await?.ok_or(WriteError::NotFound("integration"))?;
    WriteError::unless_current(expected_version, before.version, Some(&before))?;
    write(tx, hand, before, patch).await
}

/// Removes an integration; the caller commits. The other system is not told.
pub async fn remove(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    opportunity: i64,
    id: i64,
) -> Result<Integration, WriteError> {
    let before = store::hold(tx, opportunity, id).await?.ok_or(WriteError::NotFound("integration"))?;
    store::delete(tx, id).await?;
    note(tx, hand, id, "remove", Some(Value::Object(columns(&before))), None).await?;
    Ok(before)
}

async fn write(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    before: Integration,
    patch: Checked,
) -> Result<Integration, WriteError> {
    let wanted = patch.over(before.clone());
    if wanted == before {
        return Ok(before);
    }
    let after = store::update(tx, &wanted).await?;
    let (old, new) = audit::difference_of(after.opportunity_id, Some(columns(&before)), columns(&after));
    note(tx, hand, after.id, "set", old, Some(new)).await?;
    Ok(after)
}

/// A patch whose values keep their rules.
#[derive(Debug, Clone)]
struct Checked {
    external_id: Option<String>,
    uid: Said<String>,
    sync_status: Option<SyncStatus>,
    last_synced: Said<DateTime<Utc>>,
    metadata: Said<Value>,
}

impl Checked {
    fn of(patch: Patch, now: DateTime<Utc>) -> Result<Checked, Fault> {
        let status = |text: &str| {
            SyncStatus::parse(text).ok_or_else(|| Fault::new("syncStatus", "expected pending, synced or failed"))
        };
        let sync_status = patch.sync_status.as_deref().map(status).transpose()?;
        let last_synced = patch.last_synced.checked(|text| instant(&text, now).map(Some))?;
        Ok(Checked {
            external_id: patch.external_id.map(|text| needed_line("externalId", &text, 200)).transpose()?,
            uid: patch.uid.checked(|text| line("uid", &text, 200))?,
            last_synced: match (sync_status, last_synced) {
                (Some(SyncStatus::Synced), Said::Nothing) => Said::To(now),
                (_, said) => said,
            },
            sync_status,
            metadata: patch.metadata.checked(|value| object("metadata", value).map(Some))?,
        })
    }

    fn over(self, before: Integration) -> Integration {
        Integration {
            external_id: self.external_id.unwrap_or(before.external_id),
            uid: self.uid.over(before.uid),
            sync_status: self.sync_status.map_or(before.sync_status, |status| status.as_str().to_owned()),
            last_synced: self.last_synced.over(before.last_synced),
            metadata: self.metadata.over(Some(before.metadata)).unwrap_or_else(|| json!({})),
            ..before
        }
    }
}

/// A minute is left to clocks that are not quite ours. Postgres keeps microseconds.
fn instant(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let refuse = |reason| Fault::new("lastSynced", reason);
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| refuse("expected an instant in RFC 3339"))?.to_utc();
    if at > now + chrono::Duration::minutes(1) {
        return Err(refuse("must not lie in the future"));
    }
    if at < DateTime::UNIX_EPOCH {
        return Err(refuse("must not lie before 1970"));
    }
    Ok(DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at))
}

fn blank(opportunity: i64, system: &str) -> Integration {
    Integration {
        id: 0,
        opportunity_id: opportunity,
        system_name: system.to_owned(),
        external_id: String::new(),
        uid: None,
        sync_status: SyncStatus::Pending.as_str().to_owned(),
        last_synced: None,
        metadata: json!({}),
        created_at: DateTime::UNIX_EPOCH,
        version: 0,
    }
}

fn columns(row: &Integration) -> Map<String, Value> {
    let fields = [
        ("opportunity_id", json!(row.opportunity_id)),
        ("system_name", json!(row.system_name)),
        ("external_id", json!(row.external_id)),
        ("uid", json!(row.uid)),
        ("sync_status", json!(row.sync_status)),
        ("last_synced", json!(row.last_synced)),
        ("metadata", row.metadata.clone()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

async fn note(
    tx: &mut TenantTx,
    hand: &Request<'_>,
    id: i64,
    action: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), Error> {
    hand.record(tx, ("integration", &id.to_string()), action, before, after).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn synced_without_a_time_is_synced_now() {
        let after = |patch: Patch| Checked::of(patch, now()).unwrap().over(blank(7, "Xero"));
        let synced = || Patch { sync_status: Some("synced".into()), ..Patch::default() };
        assert_eq!(after(synced()).last_synced, Some(now()));
        assert_eq!(after(Patch { last_synced: Said::Null, ..synced() }).last_synced, None);
        let then = Patch { last_synced: Said::To("2026-11-20T12:00:00+01:00".into()), ..synced() };
        assert_eq!(after(then).last_synced.unwrap().to_rfc3339(), "2026-11-20T11:00:00+00:00");
        assert_eq!(after(Patch { uid: Said::To("u".into()), ..Patch::default() }).last_synced, None);
    }

    #[test]
    fn each_value_that_breaks_its_rule_names_its_field() {
        let field = |patch: Patch| Checked::of(patch, now()).unwrap_err().field;
        assert_eq!(field(Patch { external_id: Some(" ".into()), ..Patch::default() }), "externalId");
        assert_eq!(field(Patch { uid: Said::To("x".repeat(201)), ..Patch::default() }), "uid");
        assert_eq!(field(Patch { sync_status: Some("done".into()), ..Patch::default() }), "syncStatus");
        assert_eq!(field(Patch { metadata: Said::To(json!("x")), ..Patch::default() }), "metadata");
        for text in ["yesterday", "2026-11-21", "2026-11-22T12:00:00Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(field(Patch { last_synced: Said::To(text.into()), ..Patch::default() }), "lastSynced", "{text}");
        }
    }

    #[test]
    fn known_systems_are_one_in_any_case() {
        assert_eq!(
            [" xero ", "TEAMTRACK", "monday", "SageIntacct"].map(system_name),
            ["Xero", "TeamTrack", "Monday", "SageIntacct"]
        );
    }
}
