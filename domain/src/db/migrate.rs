//! Roles and schema. Roles are cluster-wide, so they are made here, under a lock, and not in the migrations.

use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor};

use super::DbError;
use super::pool::connect_as;

static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Makes the roles, the schema and every table; safe to run from several hosts at once, and again.
pub async fn migrate(url: &str) -> Result<(), DbError> {
    make_roles(url).await?;
    let mut owner = connect_as(url, "backline_owner").await?;
    // The list of applied migrations lies beside the application's schema, not in it: every table of `app` is fenced.
    owner.execute("set search_path = backline_migrations; set lock_timeout = '30s'").await?;
    MIGRATOR.run_direct(None, &mut owner, false).await?;
    owner.close().await?;
    Ok(())
}

/// Makes the roles and the two schemas, where they are not there yet.
pub async fn make_roles(url: &str) -> Result<(), DbError> {
    let mut connection = sqlx::PgConnection::connect_with(&plain(url)?).await?;
    connection.execute(ROLES).await?;
    connection.close().await?;
    Ok(())
}

/// Removes the two schemas while they are empty: a dump brings its own.
pub async fn drop_empty_schemas(url: &str) -> Result<(), DbError> {
    let mut owner = connect_as(url, "backline_owner").await?;
    owner.execute("drop schema app; drop schema backline_migrations").await?;
    owner.close().await?;
    Ok(())
}

/// Whether all migrations of this binary are applied.
pub async fn is_current(url: &str) -> Result<bool, DbError> {
    let mut owner = connect_as(url, "backline_owner").await?;
    let applied =
        sqlx::query_scalar::<_, i64>("select count(*) from backline_migrations._sqlx_migrations where success")
            .fetch_one(&mut owner)
            .await?;
    owner.close().await?;
    Ok(usize::try_from(applied).unwrap_or(0) >= MIGRATOR.iter().count())
}

fn plain(url: &str) -> Result<sqlx::postgres::PgConnectOptions, DbError> {
    url.parse().map_err(DbError::Url)
}

const ROLES: &str = "
begin;
select pg_advisory_xact_lock(hashtextextended('backline roles', 0));
do $$
declare
    name text;
begin
    foreach name in array array['owner', 'lookup', 'app', 'worker', 'backup', 'reader'] loop
        begin
            execute format('create role backline_%s nologin', name);
        exception when duplicate_object or unique_violation then
            null;
        end;
        -- A connecting role that is no superuser must be a member to become each of them.
        if not (select rolsuper from pg_roles where rolname = current_user) then
            begin
                execute format('grant backline_%s to current_user', name);
            exception when others then
                raise notice 'backline_% is not granted to %', name, current_user;
            end;
        end if;
    end loop;
end
$$;
-- Ownership of the look-up functions passes to backline_lookup, which only a member may do.
grant backline_lookup to backline_owner;
create schema if not exists app authorization backline_owner;
create schema if not exists backline_migrations authorization backline_owner;
revoke create on schema public from public;
commit;
";
