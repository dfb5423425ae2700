//! `backline audit`: proof that the log says what was written into it.

use clap::Subcommand;
use domain::audit::verify::{self, Head};
use domain::db::operator::{Operator, TenantRow};
use domain::identity::TenantId;
use serde_json::json;

use super::{Failure, Outcome, find_tenant, print, query, services};
use crate::config::Config;
use crate::database::Database;

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Check the log of one tenant, or of all: prints a line of JSON for each. Exit 1 when a row was altered, inserted or taken away.
    Verify {
        #[arg(long)]
        tenant: Option<String>,
        /// An end of the chain that was noted before, as in the host's log, so that a log that was put back is found: NUMBER:HASH.
        #[arg(long, requires = "tenant", value_parser = head)]
        head: Option<Head>,
    },
}

pub async fn run(command: AuditCommand, config: &Config, database: &Database) -> Outcome {
    let AuditCommand::Verify { tenant, head } = command;
    let mut operator = Operator::connect(&database.direct_url).await?;
    let tenants: Vec<TenantRow> = match tenant {
        Some(slug) => vec![find_tenant(&mut operator, &slug).await?],
        None => operator.tenants().await.map_err(query)?,
    };
    let services = services(config, database).await?;
    let mut wrong = Vec::new();
    for tenant in tenants {
        let mut tx = services.db.worker_tx(TenantId(tenant.id)).await.map_err(query)?;
        let verdict = verify::verify(&mut tx, head.as_ref()).await.map_err(query)?;
        let findings: Vec<String> = verdict.findings.iter().map(ToString::to_string).collect();
        print(json!({
            "tenant": tenant.slug, "sealed": verdict.sealed, "unsealed": verdict.unsealed, "head": verdict.head,
            "found": verdict.found, "findings": findings,
        }));
        wrong.extend(findings.first().map(|first| format!("{}: {first}", tenant.slug)));
    }
    match wrong.first() {
        None => Ok(0),
        Some(first) => Err(Failure::new("AUDIT_BROKEN", format!("the audit log is not as it was written: {first}"))),
    }
}

fn head(text: &str) -> Result<Head, String> {
    let expected = || "expected NUMBER:HASH, a number and 64 hexadecimal digits".to_owned();
    let (number, hash) = text.split_once(':').ok_or_else(expected)?;
    let number = number.parse().ok().filter(|number| *number >= 0).ok_or_else(expected)?;
    let digits = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits { Ok(Head { number, hash: hash.to_ascii_lowercase() }) } else { Err(expected()) }
}
