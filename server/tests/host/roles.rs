//! The host refuses a database whose roles would make row-level security a decoration. In a cluster of its own: roles are
//! cluster-wide.

use serde_json::Value;

use super::psql::sql;
use super::support::{Cluster, Env};

async fn refusal(env: &Env, args: &[&str]) -> String {
    let said = env.backline(args, "").await;
    assert_eq!(said.exit, 1, "{args:?} ran: {}", said.out);
    let line: Value = serde_json::from_str(said.err.lines().last().unwrap()).unwrap();
    assert!(!line["code"].as_str().unwrap().is_empty());
    line["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_host_refuses_roles_that_could_see_every_tenant() {
    let cluster = Cluster::start().await;
    let url = cluster.url_of("backline");
    let env = Env::of_folder(&cluster.data_dir).with("DATABASE_URL", &url);
    env.backline_ok(&["migrate"], "").await;
    env.backline_ok(&["tenant", "create", "--slug", "north", "--name", "North"], "").await;
    for role in ["backline_app", "backline_worker"] {
        for (make, undo, why) in [
            ("alter role {} superuser", "alter role {} nosuperuser", "a superuser"),
            ("alter role {} bypassrls", "alter role {} nobypassrls", "BYPASSRLS"),
            ("grant backline_owner to {}", "revoke backline_owner from {}", "the owner"),
        ] {
            sql(&url, &make.replace("{}", role)).await;
            for args in [&["serve"][..], &["sync", "sweep", "--tenant", "north"]] {
                let error = refusal(&env, args).await;
                let named = error.contains("refusing to run") && error.contains(role) && error.contains(why);
                assert!(named, "{make} {role}: {args:?}: {error}");
            }
            sql(&url, &undo.replace("{}", role)).await;
        }
    }
    // A control: the refusals came from the roles.
    let error = refusal(&env, &["sync", "sweep", "--tenant", "north"]).await;
    assert!(error.contains("no Current RMS account is connected"), "{error}");
}
