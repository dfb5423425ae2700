//! One tenant, one account, one host: what most tests begin with.

use serde_json::Value;
use sqlx::Row;

use crate::support::{Api, Env, Host, Mirror, Stand, Tenant};

pub struct Scene {
    pub env: Env,
    pub stand: Stand,
    pub tenant: Tenant,
    pub host: Host,
    pub api: Api,
}

impl Scene {
    /// A connected tenant that has never synchronised.
    pub async fn new(opportunities: usize, faults: &[&str]) -> Scene {
        Scene::on(Env::fresh().await, opportunities, faults).await
    }

    /// The same with an environment of one's own.
    pub async fn on(env: Env, opportunities: usize, faults: &[&str]) -> Scene {
        let stand = Stand::of(opportunities, faults).await;
        let tenant = Tenant::connected(&env, "north", &stand).await;
        let host = Host::start(&env).await;
        let api = host.api(&tenant.key);
        Scene { env, stand, tenant, host, api }
    }

    /// A connected tenant after its initial run.
    pub async fn mirrored(opportunities: usize) -> Scene {
        let scene = Scene::new(opportunities, &[]).await;
        scene.api.sync("initial").await.expect(200);
        scene
    }

    pub async fn mirror(&self) -> Mirror {
        Mirror::read(&self.env, &self.tenant, &self.api).await
    }

    /// Rows of a query as the tenant's own reader sees them, each as one JSON value.
    pub async fn rows(&self, sql: &'static str, id: i64) -> Vec<Value> {
        let mut connection = self.env.connect("backline_reader", &self.tenant.id).await;
        let rows = sqlx::query(sql).bind(id).fetch_all(&mut connection).await.unwrap();
        rows.into_iter().map(|row| row.get(0)).collect()
    }

    /// Statements of the superuser; what the last one gives, its columns between bars.
    pub async fn sql(&self, statement: &str) -> String {
        let args = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, self.env.url()];
        let said = tokio::process::Command::new("psql").args(args).output().await.unwrap();
        assert!(said.status.success(), "{}\n{statement}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8_lossy(&said.stdout).trim_end().to_owned()
    }

    /// The changes noted of one record, oldest first: kind, source, run_id, fields.
    pub async fn changes_of(&self, id: i64) -> Vec<Value> {
        self.rows(
            "select jsonb_build_object('kind', kind, 'source', source, 'run_id', run_id, 'fields', fields)
             from opportunity_changes where opportunity_id = $1 order by id",
            id,
        )
        .await
    }
}
