//! `scripts/rls-lint.sql`: every hole in row-level security is a row, and each row that stays has its reason in `domain::db::lint`.

use domain::db::lint::{EXCEPTIONS, LINT};

use super::psql::sql;
use super::support::Env;

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
    // Only the owner may analyze; the function reads nothing.
    let odd = "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname = 'app' and p.prosecdef
           and (p.proowner <> (case p.proname when 'analyze_mirror' then 'backline_owner' else 'backline_lookup' end)::regrole
                or not coalesce(p.proconfig @> array['search_path=\"\"'], false)
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
