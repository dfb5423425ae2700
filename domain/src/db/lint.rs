//! The lint of row-level security: every hole in it is a row, and each row that stays has its reason here.

use std::collections::BTreeSet;

use super::operator::Operator;

/// The rules, in SQL.
pub const LINT: &str = include_str!("../../../scripts/rls-lint.sql");

/// Reviewed: what the lint reports and why it may stay. Nothing more and nothing less.
pub const EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    (
        "A3 no NOT NULL tenant_id",
        &["job_workers", "people", "throttles"],
        "above tenants: a person works in several, a throttle counts before anybody is known; no role of a request reaches \
         them. A worker serves all tenants: requests read who works, and nothing of anybody is in it",
    ),
    (
        "A8 SECURITY DEFINER callable by app role, not allow-listed or without pinned search_path",
        &[
            "accept_here",
            "active_people",
            "analyze_mirror",
            "audit_chain_heads",
            "close_session",
            "due_schedules",
            "end_links_here",
            "end_own_sessions",
            "end_sessions_here",
            "find_api_key",
            "find_or_add_person",
            "find_session",
            "find_sign_in",
            "find_webhook",
            "forgive",
            "look_at_session",
            "lost_follow_ups",
            "mail_address",
            "make_sign_in_link",
            "open_session",
            "own_account",
            "own_sessions",
            "own_tenants",
            "prove_session",
            "set_own_password",
            "set_password_hash",
            "snapshot_days",
            "stale_runs",
            "sync_times",
            "switch_own_session",
            "tenant_people",
            "throttle",
            "unsealed_tenants",
            "use_sign_in_link",
            "waiting_rules",
        ],
        "the questions that come before a tenant is known, and those about people, who stand above tenants: owned by \
         backline_lookup, which bypasses nothing, search_path pinned; each asks for a session's hash or the transaction's tenant. \
         analyze_mirror is the owner's, who alone may analyze; it takes nothing and answers nothing",
    ),
    (
        "A10 policy without WITH CHECK on write / always true / missing tenant_id",
        &[
            "job_workers.backup",
            "job_workers.owner",
            "job_workers.read",
            "job_workers.worker",
            "people.backup",
            "people.lookup",
            "people.owner",
            "sessions.backup",
            "sessions.lookup",
            "sessions.owner",
            "sign_in_links.backup",
            "sign_in_links.lookup",
            "sign_in_links.owner",
            "tenants.backup",
            "tenants.change",
            "tenants.lookup",
            "tenants.owner",
            "tenants.read",
            "throttles.backup",
            "throttles.lookup",
            "throttles.owner",
        ],
        "policies of the owner, the backup and the look-ups, no role of a request among them; tenants.read and \
         tenants.change stand beside the RESTRICTIVE policy of tenants, which the rule does not see because that column is called id",
    ),
    (
        "A11 policy not using (select helper)",
        &[
            "job_workers.backup",
            "job_workers.owner",
            "job_workers.read",
            "job_workers.worker",
            "people.backup",
            "people.lookup",
            "people.owner",
            "sessions.backup",
            "sessions.lookup",
            "sessions.owner",
            "sign_in_links.backup",
            "sign_in_links.lookup",
            "sign_in_links.owner",
            "tenants.backup",
            "tenants.change",
            "tenants.lookup",
            "tenants.owner",
            "tenants.read",
            "throttles.backup",
            "throttles.lookup",
            "throttles.owner",
        ],
        "the same policies: where no tenant is compared there is no helper to wrap",
    ),
    (
        "A12 unique/PK index not led by or containing tenant_id",
        &["sessions_pkey", "sign_in_links_pkey"],
        "keyed by the hash of 256 random bits, which are all that a cookie or a link carries",
    ),
    (
        "A14 no index starting with tenant_id",
        &["sessions", "sign_in_links"],
        "looked up by that hash, and by person; never by tenant",
    ),
    (
        "A16 tenant table without a RESTRICTIVE tenant policy",
        &["sessions", "sign_in_links"],
        "above tenants: they say which tenant a cookie or link leads to; no role of a request has a right on them",
    ),
];

impl Operator {
    /// What the lint reports that nobody has reviewed, and what was reviewed and is no longer reported.
    pub async fn lint(&mut self) -> Result<(Vec<String>, Vec<String>), sqlx::Error> {
        let rows = sqlx::query_as::<_, (String, String)>(LINT).fetch_all(self.connection()).await?;
        // Some rules name an object once for each of two roles.
        let found: BTreeSet<String> = rows.into_iter().map(|(rule, name)| format!("{rule}|{name}")).collect();
        let reviewed =
            EXCEPTIONS.iter().flat_map(|(rule, names, _)| names.iter().map(move |name| format!("{rule}|{name}")));
        let reviewed: BTreeSet<String> = reviewed.collect();
        let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| these.difference(those).cloned().collect();
        Ok((only(&found, &reviewed), only(&reviewed, &found)))
    }
}

/// Rows of one tenant in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRows {
    pub slug: String,
    pub table: String,
    pub rows: i64,
}

impl Operator {
    /// How many rows each tenant has in each table that is not empty for it.
    pub async fn rows_by_tenant(&mut self) -> Result<Vec<TenantRows>, sqlx::Error> {
        sqlx::query_as!(
            TenantRows,
            r#"select slug as "slug!", relname as "table!", rows as "rows!" from (
                select t.slug, c.relname::text, (xpath('//n/text()', query_to_xml(
                    format('select count(*) as n from app.%I where tenant_id = %L', c.relname, t.id), false, true, '')))[1]::text::bigint as rows
                from app.tenants t cross join pg_class c
                where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
                    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
             ) counted where rows > 0 order by 1, 2"#
        )
        .fetch_all(self.connection())
        .await
    }

    /// Whether nothing of Backline is in the database.
    pub async fn is_empty(&mut self) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(
            r#"select not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('app', 'backline_migrations')) as "empty!""#
        )
        .fetch_one(self.connection())
        .await
    }
}
