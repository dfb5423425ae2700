//! A host with two tenants that is made once and only read from: north, with records, runs and everybody who can ask, and
//! south, of which nobody in north may learn anything.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use simulator::Options;
use tokio::sync::OnceCell;

use super::browser::{Browser, PASSWORD};
use super::psql::sql;
use super::support::{Env, Stand, Tenant, options};

pub struct House {
    pub env: Env,
    pub url: String,
    pub north: Tenant,
    pub south: Tenant,
    /// Ids of opportunities that only south has.
    pub south_ids: Vec<i64>,
    cookies: Vec<(String, String)>,
    /// The host ends when the pipe of this shell is closed, also when the tests are killed.
    _host: Mutex<Child>,
}

static HOUSE: OnceCell<House> = OnceCell::const_new();

impl House {
    pub async fn shared() -> &'static House {
        HOUSE.get_or_init(|| Box::pin(House::build())).await
    }

    /// A person of north by role, or "stranger": south's admin.
    pub fn person(&self, who: &str) -> Browser {
        let (_, cookie) = self.cookies.iter().find(|(name, _)| name == who).unwrap();
        Browser::with_cookie(&self.url, cookie)
    }

    async fn build() -> House {
        let env = Env::fresh().await.with("RUST_LOG", "info");
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
        let (url, host) = serve_until_closed(&env);
        let mut cookies = Vec::new();
        for email in ["admin@north.example", "manager@north.example", "rep@north.example", "stranger@south.example"] {
            let seen = Browser::anonymous(&url).try_sign_in(email, PASSWORD).await;
            assert_eq!(seen.status, 204, "{email}: {}", seen.text);
            cookies.push((email.split('@').next().unwrap().to_owned(), seen.cookie()));
        }
        for (tenant, seed) in [(&north, 1), (&south, 2)] {
            let stand = Stand::up(Options { seed, ..options(12) }).await;
            let said = tenant.connect_to(&stand.base_url, "demo", "demo-token").await;
            assert_eq!(said.exit, 0, "{}", said.err);
            let seen = Browser::with_key(&url, &tenant.key).post("/api/sync/initial").await;
            assert_eq!(seen.status, 200, "{}", seen.text);
        }
        // Both accounts count from the same first id; south's move out of the way.
        let ids = sql(
            env.url(),
            "update opportunities set id = id + 900000000 where tenant_id = (select id from tenants where slug = 'south') returning id",
        )
        .await;
        let south_ids = ids.lines().map(|id| id.parse().unwrap()).collect();
        House { env, url, north, south, south_ids, cookies, _host: Mutex::new(host) }
    }
}

/// A host in the keeping of a shell that reads a pipe of ours.
fn serve_until_closed(env: &Env) -> (String, Child) {
    let serve = env.command(&["serve"]);
    let mut command = Command::new("sh");
    command
        .args(["-c", r#""$0" serve & host=$!; read -r _; kill "$host"; wait "$host""#])
        .arg(serve.as_std().get_program());
    command.env_clear().envs(serve.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut shell = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (_, rest) = line.split_once("http://").unwrap_or_else(|| panic!("the host did not come up: {line}"));
    (format!("http://{}", rest.trim()), shell)
}
