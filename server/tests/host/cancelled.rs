//! A client that hangs up while a transaction begins must not leave it open for the next one (sqlx issue 3932: without the
//! pool's ROLLBACK some of these writes answer as done and are not).

use std::time::{Duration, Instant};

use domain::audit::AuditKey;
use domain::audit::{self, By, Entry, Source};
use domain::db::{Actor, Db};
use domain::identity::{Persona, Role, TenantId};
use sqlx::Row;

use super::psql::sql;
use super::support::{Env, Tenant};

const ROUNDS: u64 = 200;
/// Of each round; some two thousand in all.
const CANCELLED: u64 = 10;

/// Whether a future was dropped unfinished after so long. Tokio's own timers count in milliseconds, which is too coarse.
async fn cut_short<T>(patience: Duration, work: impl Future<Output = T>) -> bool {
    let begun = Instant::now();
    let impatient = async {
        while begun.elapsed() < patience {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = impatient => true,
        _ = work => false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_begin_neither_swallows_the_next_write_nor_shows_another_tenant() {
    let env = Env::fresh().await;
    let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
    sql(
        env.url(),
        "insert into sync_metadata (tenant_id, id, sync_type, status) select id, 1, 'sweep', 'running' from tenants",
    )
    .await;
    let before: u64 = sql(env.url(), "select count(*) from audit_log").await.parse().unwrap();
    let db = Db::connect(env.url(), AuditKey::new("a key of these tests")).await.unwrap();
    let actor = |tenant: &Tenant| Actor {
        tenant: TenantId(tenant.id.parse().unwrap()),
        persona: Persona::Person(Role::Admin),
        person: None,
    };
    let actors = [actor(&north), actor(&south)];
    let (mut cancelled, mut step) = (0, 0_u64);
    for round in 0..ROUNDS {
        while cancelled < (round + 1) * CANCELLED {
            step += 1;
            // From "not even asked for" to "begun, but the tenant is not set yet".
            let patience = Duration::from_micros(step * 7 % 500);
            let who = &actors[usize::try_from(step % 2).unwrap()];
            cancelled += u64::from(cut_short(patience, db.tenant_tx(who)).await);
        }
        for who in &actors {
            let mut tx = db.tenant_tx(who).await.unwrap();
            let seen = sqlx::query("select tenant_id from sync_metadata").fetch_all(tx.connection()).await.unwrap();
            let tenants: Vec<uuid::Uuid> = seen.iter().map(|row| row.get(0)).collect();
            assert_eq!(tenants, [who.tenant.0], "round {round}");
            let entry = Entry {
                actor: By::system("test"),
                source: Source::Api,
                request_id: None,
                entity: ("round", &round.to_string()),
                action: "write",
                before: None,
                after: None,
            };
            audit::record(&mut tx, &entry).await.unwrap();
            tx.commit().await.unwrap();
        }
        // Seen from another connection: what was said to be written is.
        let written: u64 = sql(env.url(), "select count(*) from audit_log").await.parse().unwrap();
        assert_eq!(written - before, 2 * (round + 1), "a write after {cancelled} cancelled begins was lost");
    }
    db.close().await;
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    assert_eq!(sql(env.url(), open).await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_that_share_connections_in_wild_order_see_only_their_own_rows() {
    let env = Env::fresh().await;
    let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
    sql(
        env.url(),
        "insert into sync_metadata (tenant_id, id, sync_type, status) select id, 1, 'sweep', 'running' from tenants",
    )
    .await;
    let db = Db::connect(env.url(), AuditKey::new("a key of these tests")).await.unwrap();
    let ids: [uuid::Uuid; 2] = [north.id.parse().unwrap(), south.id.parse().unwrap()];
    let tasks = (0..400_u64).map(|task| {
        let db = db.clone();
        tokio::spawn(async move {
            let tenant = TenantId(ids[usize::try_from(task % 2).unwrap()]);
            let ask = async {
                let actor = Actor { tenant, persona: Persona::Person(Role::Rep), person: None };
                let mut tx = if task % 3 == 0 { db.worker_tx(tenant).await? } else { db.tenant_tx(&actor).await? };
                sqlx::query_scalar::<_, uuid::Uuid>("select tenant_id from sync_metadata")
                    .fetch_all(tx.connection())
                    .await
            };
            let patience = if task % 5 == 0 { Duration::from_micros(task * 5) } else { Duration::from_secs(30) };
            match tokio::time::timeout(patience, ask).await {
                Ok(Ok(seen)) => assert_eq!(seen, [tenant.0]),
                // Sixteen connections for four hundred: some may give up waiting for one.
                Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => {}
                Ok(Err(error)) => panic!("{error}"),
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    db.close().await;
}
