//! A tenant as an operator makes it: from the command line.

use super::{Env, Said, Stand};

/// A tenant, and a key of it with the scopes `read` and `sync`.
pub struct Tenant {
    pub slug: String,
    pub id: String,
    pub key: String,
    env: Env,
}

impl Tenant {
    pub async fn create(env: &Env, slug: &str) -> Tenant {
        let id = env.backline_ok(&["tenant", "create", "--slug", slug, "--name", slug], "").await;
        let mut tenant = Tenant::of(env, slug, &id);
        tenant.key = tenant.new_key(&["read", "sync"]).await;
        tenant
    }

    /// One that exists already; it has no key yet.
    pub fn of(env: &Env, slug: &str, id: &str) -> Tenant {
        Tenant { slug: slug.to_owned(), id: id.to_owned(), key: String::new(), env: env.clone() }
    }

    /// A tenant whose account is the stand.
    pub async fn connected(env: &Env, slug: &str, stand: &Stand) -> Tenant {
        let tenant = Tenant::create(env, slug).await;
        let said = tenant.connect_to(&stand.base_url, "demo", "demo-token").await;
        assert_eq!(said.exit, 0, "{}", said.err);
        tenant
    }

    /// A further key.
    pub async fn new_key(&self, scopes: &[&str]) -> String {
        let mut args = vec!["api-key", "create", "--tenant", &self.slug, "--name", "test"];
        args.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        self.env.backline_ok(&args, "").await
    }

    /// A person with this role. Slow in a debug build: argon2.
    pub async fn new_person(&self, email: &str, role: &str, password: &str) -> String {
        let who = ["--tenant", &self.slug, "--email", email, "--name", email, "--role", role, "--password-stdin"];
        self.env.backline_ok(&[&["user", "create"], &who[..]].concat(), password).await
    }

    /// `connection set`.
    pub async fn connect_to(&self, base_url: &str, subdomain: &str, token: &str) -> Said {
        let account = ["--base-url", base_url, "--subdomain", subdomain, "--token-stdin"];
        let set = ["connection", "set", "--tenant", &self.slug, "--provider", "current-rms"];
        self.env.backline(&[&set[..], &account[..]].concat(), token).await
    }
}
