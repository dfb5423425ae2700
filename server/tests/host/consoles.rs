//! The queries of `docs/database.md` run as written, as the role of a console, and the tables that it names are those that
//! there are.

use super::psql::{psql, sql};
use super::support::{Env, Stand, Tenant};

const PAGE: &str = include_str!("../../../docs/database.md");
/// What stands in the page for a tenant's id.
const ANY_TENANT: &str = "00000000-0000-0000-0000-000000000000";

fn queries() -> Vec<&'static str> {
    PAGE.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[tokio::test]
async fn the_queries_for_consoles_work_as_written() {
    let env = Env::fresh().await;
    let stand = Stand::of(30, &[]).await;
    let (north, _) = (Tenant::connected(&env, "north", &stand).await, Tenant::connected(&env, "south", &stand).await);
    for tenant in ["north", "south"] {
        env.backline_ok(&["sync", "initial", "--tenant", tenant], "").await;
    }
    env.backline_ok(&["sync", "incremental", "--tenant", "north"], "").await;
    let all: i64 = sql(env.url(), &format!("select count(*) from opportunities where tenant_id = '{}'", north.id))
        .await
        .parse()
        .unwrap();
    // Some of both tenants seen long ago, some of both touched by a webhook.
    sql(env.url(), "update opportunities set synced_at = now() - interval '25 hours' where id % 2 = 0").await;
    sql(env.url(), "update opportunities set last_webhook_at = now() - id % 7 * interval '1 minute' where id % 3 = 0")
        .await;
    let count = async |condition: &str| -> i64 {
        sql(env.url(), &format!("select count(*) from opportunities where tenant_id = '{}' and {condition}", north.id))
            .await
            .parse()
            .unwrap()
    };
    let (stale, touched) = (count("id % 2 = 0").await, count("id % 3 = 0").await);
    assert!(stale > 0 && touched > 0);

    let queries = queries();
    assert_eq!(queries.len(), 4, "all runs, opportunities by status, not synced in 24 hours, touched by webhooks");
    let mut rows = Vec::new();
    for query in &queries {
        let first = query.lines().next().unwrap();
        assert_eq!(first, format!("set app.tenant_id = '{ANY_TENANT}';"), "{query}");
        let session = psql(env.url(), "backline_reader", &query.replace(ANY_TENANT, &north.id)).await;
        assert_eq!(session.exit, 0, "{query}{}", session.err);
        rows.push(session.out.lines().map(str::to_owned).collect::<Vec<_>>());
        // Without its first line it says so, instead of finding nothing.
        let session = psql(env.url(), "backline_reader", query.split_once('\n').unwrap().1).await;
        assert!(session.exit != 0 && session.err.contains("set app.tenant_id first"), "{query}{}", session.err);
    }
    let [runs, by_status, not_synced, by_webhook] = &rows[..] else { panic!() };
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert!(runs[0].contains("incremental_sync|completed") && runs[1].contains("initial_sync|completed"), "{runs:?}");
    let counted: i64 = by_status.iter().map(|row| row.split('|').nth(3).unwrap().parse::<i64>().unwrap()).sum();
    assert_eq!(counted, all, "{by_status:?}");
    assert_eq!(i64::try_from(not_synced.len()).unwrap(), stale);
    assert_eq!(i64::try_from(by_webhook.len()).unwrap(), touched);
}

#[tokio::test]
async fn the_page_names_every_table_and_index_and_no_other() {
    let env = Env::fresh().await;
    let tables = sql(env.url(), "select relname from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'app' and relkind = 'r' order by 1").await;
    let mut named: Vec<&str> = PAGE.lines().filter_map(|line| line.strip_prefix("### `")?.split('`').next()).collect();
    named.sort_unstable();
    assert_eq!(named, tables.lines().collect::<Vec<_>>());
    let sections: Vec<(&str, &str)> = PAGE.split("\n### `").skip(1).map(|part| part.split_once('`').unwrap()).collect();
    let parts = sql(
        env.url(),
        "select c.relname, a.attname from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute a on a.attrelid = c.oid
             where nspname = 'app' and relkind = 'r' and attnum > 0 and not attisdropped
         union all select tablename, indexname from pg_indexes where schemaname = 'app' and indexname not like '%\\_pkey'",
    )
    .await;
    for (table, part) in parts.lines().map(|line| line.split_once('|').unwrap()) {
        let section = sections.iter().find(|(name, _)| *name == table).unwrap().1;
        assert!(section.contains(&format!("`{part}`")), "{table}: {part} is not explained");
    }
}
