//! The check: reads the whole log and the whole chain, and names what is not as Backline wrote it.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;
use sqlx::Error;

use super::chain::{self, End, GROUND, Kept};
use crate::db::TenantTx;
use crate::hex::hex;

/// Rows of one statement.
const PAGE: i64 = 2000;
/// Findings that are named; beyond that they are counted.
const NAMED: usize = 100;

/// What is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub kind: FindingKind,
    /// The row of the log.
    pub id: Option<i64>,
    /// Its place in the chain.
    pub number: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// The row says something else than when it was written.
    Altered,
    /// The row is gone.
    Missing,
    /// No host wrote the row.
    Foreign,
    /// The place of the row in the chain was not given by the sealer.
    Misplaced,
    /// A place of the chain is gone, and its row with it.
    Cut,
    /// The end of the chain is missing, or was not written by a host.
    Head,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.id.map_or_else(|| "a row".into(), |id| format!("row {id}"));
        let place = self.number.map_or_else(|| "not sealed yet".into(), |number| format!("number {number}"));
        match self.kind {
            FindingKind::Altered => write!(f, "{row} ({place}) was altered"),
            FindingKind::Missing => write!(f, "{row} ({place}) is missing"),
            FindingKind::Foreign => write!(f, "{row} ({place}) was not written by Backline"),
            FindingKind::Misplaced => write!(f, "{row} ({place}) is not where it was sealed"),
            FindingKind::Cut => write!(f, "{place} of the chain is missing, with its row"),
            FindingKind::Head => write!(f, "the end of the chain is missing or was not written by Backline"),
        }
    }
}

/// What a check of one tenant found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Rows with a place in the chain.
    pub sealed: i64,
    /// Rows of ours without one yet: the sealer comes every second.
    pub unsealed: i64,
    pub head: Option<Head>,
    /// The first hundred, in the order of the chain, then of the rows.
    pub findings: Vec<Finding>,
    pub found: u64,
}

/// The end of the chain, to be compared with what the log of the host or a note elsewhere says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    pub number: i64,
    /// In hexadecimal digits.
    pub hash: String,
}

impl Verdict {
    fn find(&mut self, kind: FindingKind, id: Option<i64>, number: Option<i64>) {
        self.found += 1;
        if self.findings.len() < NAMED {
            self.findings.push(Finding { kind, id, number });
        }
    }

    /// However many are gone, only some are named.
    fn cut(&mut self, numbers: RangeInclusive<i64>) {
        let (first, last) = numbers.into_inner();
        let before = self.found;
        for number in (first..=last).take(NAMED) {
            self.find(FindingKind::Cut, None, Some(number));
        }
        self.found = before.saturating_add(last.saturating_sub(first).saturating_add(1).unsigned_abs());
    }
}

/// Checks a tenant's log. With `expected`, an end that was noted elsewhere, a log that was put back to an older state is found too.
pub async fn verify(tx: &mut TenantTx, expected: Option<&Head>) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let end = chain::head(tx).await?;
    let walked = walk(tx, &mut verdict, end.as_ref().map(|(end, _)| end), expected).await?;
    if let Some((end, ours)) = &end {
        verdict.head = Some(Head { number: end.number, hash: hex(&end.hash) });
        // Where a row broke the chain, that is what is named.
        if !ours || (verdict.found == 0 && walked.hash.is_some_and(|hash| hash != end.hash)) {
            verdict.find(FindingKind::Head, None, Some(end.number));
        }
    }
    beyond(tx, &mut verdict).await?;
    if let Some(expected) = expected.filter(|_| !walked.met) {
        verdict.find(FindingKind::Cut, None, Some(expected.number));
    }
    let legacy = end.map_or(i64::MAX, |(end, _)| end.legacy_through);
    unsealed(tx, &mut verdict, legacy).await?;
    Ok(verdict)
}

struct Walked {
    /// The last hash; none where the last place is missing.
    hash: Option<Vec<u8>>,
    /// Whether the expected end was on the way.
    met: bool,
}

/// Goes along the chain up to its end.
async fn walk(
    tx: &mut TenantTx,
    verdict: &mut Verdict,
    end: Option<&End>,
    expected: Option<&Head>,
) -> Result<Walked, Error> {
    let tenant = tx.tenant();
    let (last, legacy) = end.map_or((0, 0), |end| (end.number, end.legacy_through));
    let mut at = 0;
    let mut walked = Walked { hash: Some(GROUND.to_vec()), met: expected.is_some_and(|expected| expected.number == 0) };
    loop {
        let links = links(tx, at, last).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            if link.number > at + 1 {
                verdict.cut(at + 1..=link.number - 1);
                // The hash before is not known: the row's own code still tells whose it is.
                walked.hash = None;
            }
            at = link.number;
            verdict.sealed += 1;
            walked.met |= expected.is_some_and(|expected| expected.number == at && expected.hash == hex(&link.hash));
            match link.row {
                None => verdict.find(FindingKind::Missing, Some(link.audit_id), Some(at)),
                Some(kept) => {
                    let (row, mac) = kept.row(tenant);
                    let ours = chain::ours(tx.audit_key(), &row, mac.as_deref(), legacy);
                    let placed = walked.hash.as_ref().is_none_or(|before| chain::hash(before, at, &row) == link.hash);
                    let kind = match (ours, placed) {
                        (true, true) => None,
                        // Without a code only the chain tells.
                        (true, false) if mac.is_none() => Some(FindingKind::Altered),
                        (true, false) => Some(FindingKind::Misplaced),
                        // It fits the chain, so it was chained as it is: not by the sealer, which looks at the code.
                        (false, true) => Some(FindingKind::Foreign),
                        (false, false) => Some(FindingKind::Altered),
                    };
                    if let Some(kind) = kind {
                        verdict.find(kind, Some(row.id), Some(at));
                    }
                }
            }
            walked.hash = Some(link.hash);
        }
    }
    if at < last {
        verdict.cut(at + 1..=last);
        walked.hash = None;
    }
    Ok(walked)
}

struct Link {
    number: i64,
    audit_id: i64,
    hash: Vec<u8>,
    row: Option<Kept>,
}

async fn links(tx: &mut TenantTx, after: i64, last: i64) -> Result<Vec<Link>, Error> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select c.number, c.audit_id, c.hash, a.id as "id?", a.at as "at?", a.actor_kind as "actor_kind?", a.actor_id,
            a.actor_name as "actor_name?", a.source as "source?", a.request_id, a.entity_type as "entity_type?",
            a.entity_id as "entity_id?", a.action as "action?", a.before::text, a.after::text, a.mac
           from audit_chain c left join audit_log a on a.tenant_id = c.tenant_id and a.id = c.audit_id
           where c.tenant_id = $1 and c.number > $2 and c.number <= $3 order by c.number limit $4"#,
        tenant,
        after,
        last,
        PAGE
    )
    .fetch_all(tx.connection())
    .await?;
    let links = rows.into_iter().map(|row| Link {
        number: row.number,
        audit_id: row.audit_id,
        hash: row.hash,
        row: row.id.and_then(|id| {
            Some(Kept {
                id,
                at: row.at?,
                actor_kind: row.actor_kind?,
                actor_id: row.actor_id,
                actor_name: row.actor_name?,
                source: row.source?,
                request_id: row.request_id,
                entity_type: row.entity_type?,
                entity_id: row.entity_id?,
                action: row.action?,
                before: row.before,
                after: row.after,
                mac: row.mac,
            })
        }),
    });
    Ok(links.collect())
}

/// Places beyond the end that the sealer wrote last: asked in one statement, since it may have gone on.
async fn beyond(tx: &mut TenantTx, verdict: &mut Verdict) -> Result<(), Error> {
    let tenant = tx.tenant();
    let places = sqlx::query!(
        "select c.number, c.audit_id from audit_chain c
         where c.tenant_id = $1 and c.number > coalesce((select number from audit_heads where tenant_id = $1), 0)
         order by c.number limit 1000",
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    if !places.is_empty() && verdict.head.is_none() {
        verdict.find(FindingKind::Head, None, None);
    }
    for place in places {
        verdict.find(FindingKind::Misplaced, Some(place.audit_id), Some(place.number));
    }
    Ok(())
}

/// Rows without a place: ours, which wait for the sealer; others, which no host wrote; and those that were taken away.
async fn unsealed(tx: &mut TenantTx, verdict: &mut Verdict, legacy: i64) -> Result<(), Error> {
    let tenant = tx.tenant();
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query_as!(
            Kept,
            "select id, at, actor_kind, actor_id, actor_name, source, request_id, entity_type, entity_id, action, before::text, after::text, mac
             from audit_log a where tenant_id = $1 and id > $2
                and not exists (select from audit_chain c where c.tenant_id = $1 and c.audit_id = a.id)
             order by id limit $3",
            tenant,
            after,
            PAGE
        )
        .fetch_all(tx.connection())
        .await?;
        let Some(newest) = rows.last().map(|kept| kept.id) else { break };
        for kept in rows {
            let (row, mac) = kept.row(tenant);
            if chain::ours(tx.audit_key(), &row, mac.as_deref(), legacy) {
                verdict.unsealed += 1;
            } else {
                verdict.find(FindingKind::Foreign, Some(row.id), None);
            }
        }
        after = newest;
    }
    let gone = sqlx::query_scalar!(
        "select audit_id from audit_unsealed u where tenant_id = $1
            and not exists (select from audit_log a where a.tenant_id = $1 and a.id = u.audit_id) order by 1 limit 1000",
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    for id in gone {
        verdict.find(FindingKind::Missing, Some(id), None);
    }
    Ok(())
}
