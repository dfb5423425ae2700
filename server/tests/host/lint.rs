//! `scripts/rls-lint.sql`: every hole in row-level security is a row, and each row that stays has its reason here.

use super::psql::sql;
use super::support::Env;

const LINT: &str = include_str!("../../../scripts/rls-lint.sql");

/// Reviewed: what the lint reports and why it may stay. Nothing more and nothing less.
const EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    (
        "A3 no NOT NULL tenant_id",
        &["people", "throttles"],
        "above tenants: a person works in several, a throttle counts before anybody is known; no role of a request reaches them",
    ),
    (
        "A8 SECURITY DEFINER callable by app role, not allow-listed or without pinned search_path",
        &[
            "accept_here",
            "close_session",
            "due_schedules",
            "end_links_here",
            "end_own_sessions",
            "end_sessions_here",
            "find_api_key",
            "find_or_add_person",
            "find_session",
            "find_sign_in",
            "forgive",
            "look_at_session",
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
            "use_sign_in_link",
        ],
        "the questions that come before a tenant is known, and those about people, who stand above tenants: owned by \
         backline_lookup, which bypasses nothing, search_path pinned; each asks for a session's hash or the transaction's tenant",
    ),
    (
        "A10 policy without WITH CHECK on write / always true / missing tenant_id",
        &[
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

async fn lint(url: &str) -> Vec<String> {
    // Some rules name an object once for each of two roles.
    let rows: std::collections::BTreeSet<String> = sql(url, LINT).await.lines().map(str::to_owned).collect();
    rows.into_iter().collect()
}

#[tokio::test]
async fn row_level_security_has_no_hole_but_the_reviewed_exceptions() {
    let env = Env::fresh().await;
    let mut expected: Vec<String> =
        EXCEPTIONS.iter().flat_map(|(rule, names, _)| names.iter().map(move |name| format!("{rule}|{name}"))).collect();
    expected.sort();
    let found = lint(env.url()).await;
    let new: Vec<&String> = found.iter().filter(|row| !expected.contains(row)).collect();
    let stale: Vec<&String> = expected.iter().filter(|row| !found.contains(row)).collect();
    assert!(new.is_empty() && stale.is_empty(), "not reviewed: {new:#?}\nno longer reported: {stale:#?}");
}

#[tokio::test]
async fn every_look_up_function_is_the_look_up_roles_with_a_pinned_path() {
    let env = Env::fresh().await;
    let odd = "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname = 'app' and p.prosecdef
           and (p.proowner <> 'backline_lookup'::regrole or not coalesce(p.proconfig @> array['search_path=\"\"'], false)
                or has_function_privilege('public', p.oid, 'execute'))";
    assert_eq!(sql(env.url(), odd).await, "");
    let lookup =
        "select rolsuper or rolbypassrls or rolcanlogin or pg_has_role('backline_lookup', 'backline_owner', 'usage')
         or has_schema_privilege('backline_lookup', 'app', 'create') from pg_roles where rolname = 'backline_lookup'";
    assert_eq!(sql(env.url(), lookup).await, "f");
}

#[tokio::test]
async fn a_planted_hole_is_reported() {
    let env = Env::fresh().await;
    let before = lint(env.url()).await;
    sql(
        env.url(),
        "create table planted (tenant_id uuid not null, id bigint not null unique);
         grant select on planted to backline_app;",
    )
    .await;
    let after = lint(env.url()).await;
    let new: Vec<&str> = after.iter().filter(|row| !before.contains(row)).map(String::as_str).collect();
    assert_eq!(
        new,
        [
            "A1 rls not enabled+forced|planted",
            "A12 unique/PK index not led by or containing tenant_id|planted_id_key",
            "A14 no index starting with tenant_id|planted",
            "A16 tenant table without a RESTRICTIVE tenant policy|planted",
            "A2 no policy|planted",
        ]
    );
}
