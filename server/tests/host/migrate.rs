//! Migrating again, and from several processes at once.

use super::psql::sql;
use super::support::{Cluster, Env};

async fn empty_database() -> Env {
    let cluster = Cluster::shared().await;
    let name = format!("bare_{:016x}", rand::random::<u64>());
    sql(&cluster.url_of("postgres"), &format!("create database {name}")).await;
    Env::of_folder(&cluster.data_dir).with("DATABASE_URL", &cluster.url_of(&name))
}

const STATE: &str = "select count(*), sum(length(description)), count(*) filter (where success) from backline_migrations._sqlx_migrations;
    select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'app';
    select count(*) from pg_policies where schemaname = 'app'";

#[tokio::test]
async fn migrating_twice_changes_nothing_the_second_time() {
    let env = empty_database().await;
    assert_eq!(env.backline_ok(&["migrate"], "").await, "");
    let first = sql(env.url(), STATE).await;
    assert_eq!(env.backline_ok(&["migrate"], "").await, "");
    assert_eq!(sql(env.url(), STATE).await, first);
}

#[tokio::test]
async fn three_processes_may_migrate_at_once() {
    let env = empty_database().await;
    let (one, two, three) = tokio::join!(
        env.backline(&["migrate"], ""),
        env.backline(&["migrate"], ""),
        env.backline(&["tenant", "create", "--slug", "north", "--name", "North"], "")
    );
    for said in [one, two, three] {
        assert_eq!(said.exit, 0, "{}", said.err);
    }
    let once = sql(
        env.url(),
        "select count(*) = count(distinct version) and bool_and(success) from backline_migrations._sqlx_migrations",
    );
    assert_eq!(once.await, "t");
    assert_eq!(sql(env.url(), "select slug from tenants").await, "north");
}
