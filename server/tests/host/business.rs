//! Where the tests of what the business adds to opportunities begin: two tenants with a mirror, everybody who can ask, and
//! the audit log read back.

use reqwest::Method;
use serde_json::Value;

use super::browser::{Browser, PASSWORD, Seen};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

pub struct Business {
    pub env: Env,
    pub host: Host,
    pub north: Tenant,
    pub south: Tenant,
    pub admin: Browser,
    pub manager: Browser,
    pub rep: Browser,
    /// South's admin.
    pub stranger: Browser,
}

/// Records of a mirror, as a sync would leave them: `ids` of a tenant, changed in their order, the highest last.
pub async fn mirror(env: &Env, tenant: &Tenant, ids: std::ops::RangeInclusive<i64>) {
    let rows = format!(
        "insert into opportunities (tenant_id, id, name, organisation_name, created_at_rms, updated_at_rms, data, digest, synced_at)
         select '{}', g, 'Show ' || g, 'Hall ' || g, '2026-01-01', '2026-02-01'::timestamptz + g * interval '1 minute', '{{}}', sha256(''), now()
         from generate_series({}, {}) g",
        tenant.id,
        ids.start(),
        ids.end()
    );
    sql(env.url(), &rows).await;
}

impl Business {
    /// North has the opportunities 1 to 5, south 4 to 6.
    pub async fn begin() -> Business {
        let env = Env::fresh().await;
        let (north, south) = (Tenant::create(&env, "north").await, Tenant::create(&env, "south").await);
        north.new_person("admin@north.example", "admin", PASSWORD).await;
        // The others get the same hash: hashing is slow in a debug build.
        sql(
            env.url(),
            "insert into people (email, name, password_hash)
                select e, e, password_hash from people, unnest(array['manager@north.example', 'rep@north.example', 'stranger@south.example']) e;
             insert into memberships (tenant_id, person_id, role)
                select t.id, p.id, case split_part(p.email, '@', 1) when 'stranger' then 'admin' else split_part(p.email, '@', 1) end
                from people p join tenants t on split_part(p.email, '@', 2) = t.slug || '.example'
             on conflict do nothing",
        )
        .await;
        mirror(&env, &north, 1..=5).await;
        mirror(&env, &south, 4..=6).await;
        let host = Host::start(&env).await;
        let url = host.url.clone();
        let person = async |email: &str| Browser::sign_in(&url, email).await;
        let (admin, manager) = (person("admin@north.example").await, person("manager@north.example").await);
        let (rep, stranger) = (person("rep@north.example").await, person("stranger@south.example").await);
        Business { env, host, north, south, admin, manager, rep, stranger }
    }

    pub async fn sql(&self, script: &str) -> String {
        sql(self.env.url(), script).await
    }

    /// Rows of the audit log since the last call: who, through which door, what, and what it was and is.
    pub async fn audited(&self) -> Vec<String> {
        // Every row that was read is remembered in the database itself, by a table of the test's.
        let rows = "create table if not exists public.read (id bigint primary key);
             with fresh as (insert into public.read select id from audit_log where id not in (select id from public.read) returning id)
             select concat_ws(' | ', a.actor_name || ' ' || a.source, a.entity_type || ' ' || a.action,
                coalesce(a.before::text, '-'), coalesce(a.after::text, '-'))
             from audit_log a join fresh using (id) order by id";
        self.sql(rows).await.lines().map(str::to_owned).collect()
    }

    /// A count or a dump of what the tests may have changed.
    pub async fn tables(&self) -> String {
        let rows = [
            "augmented_opportunities",
            "workflow_templates",
            "workflow_instances",
            "external_integrations",
            "audit_log",
        ]
        .map(|table| {
            format!("select '{table} ' || coalesce(string_agg(t::text, ' ' order by t::text), '') from {table} t")
        });
        self.sql(&rows.join("; ")).await
    }
}

/// Sends JSON.
pub async fn send(who: &Browser, method: Method, path: &str, body: &Value) -> Seen {
    let body = body.clone();
    who.send(method, path, |request| request.json(&body)).await
}

/// The field that a refusal names.
#[track_caller]
pub fn field(seen: &Seen) -> String {
    assert_eq!((seen.status, seen.code().as_str()), (400, "INVALID"), "{}", seen.text);
    seen.json()["details"]["field"].as_str().unwrap().to_owned()
}

/// An answer of this status, without what differs from run to run.
#[track_caller]
pub fn settled(seen: &Seen, status: u16, part: &str) -> Value {
    assert_eq!(seen.status, status, "{}", seen.text);
    let mut value = seen.json()[part].clone();
    if let Some(row) = value.as_object_mut() {
        for name in ["id", "createdAt", "lastUpdated", "startedAt"] {
            row.remove(name);
        }
    }
    value
}
