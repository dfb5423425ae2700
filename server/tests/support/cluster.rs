//! A private Postgres, started by the product's own code and stopped when its owner is gone.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tokio::sync::OnceCell;

use super::env::{self, Env};
use super::wait::until;

/// One data folder and its server.
///
/// The keeper is a `backline` command that waits for a password on standard input: like every command it holds a share
/// in the private Postgres, and as the last one out it stops it. Its standard input is a pipe from us, so it also ends
/// when this process is killed, and then ends the hosts too that we could not. It has a process group of its own, so
/// Ctrl-C reaches it only through the pipe.
pub struct Cluster {
    pub data_dir: PathBuf,
    url: String,
    keeper: Child,
}

static SHARED: OnceCell<Cluster> = OnceCell::const_new();

impl Cluster {
    /// The cluster that all tests of this process share, one database each.
    pub async fn shared() -> &'static Cluster {
        SHARED.get_or_init(Cluster::start).await
    }

    /// A cluster of one's own, for tests that kill it.
    pub async fn start() -> Cluster {
        let data_dir = tempfile::Builder::new().prefix("backline-test-").tempdir().unwrap().keep();
        // Run by root, Postgres is another user, who must get to its folder.
        std::fs::set_permissions(&data_dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        let keeper = keeper(&data_dir);
        // Made inside the keeper's start: from then on everyone else waits for it.
        until("the keeper has begun to start Postgres", 30, async || {
            data_dir.join("postgres.lock").exists().then_some(())
        })
        .await;
        let said = Env::of_folder(&data_dir).backline(&["db", "url"], "").await;
        assert_eq!(said.exit, 0, "{}", said.err);
        Cluster { url: said.out.trim().to_owned(), data_dir, keeper }
    }

    /// The superuser's URL of a database on this cluster.
    pub fn url_of(&self, database: &str) -> String {
        self.url.replacen("/backline?", &format!("/{database}?"), 1)
    }

    /// The process number of the server, from the file that it keeps.
    pub fn server_pid(&self) -> Option<i32> {
        let text = std::fs::read_to_string(self.data_dir.join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn keeper(data_dir: &Path) -> Child {
    let script = r#"
        "$0" user set-password --email nobody@example.com --password-stdin
        for pid in $(ls "$1/hosts"); do
            [ "$(readlink "/proc/$pid/exe")" = "$0" ] && kill -9 "$pid"
        done
        rm -rf -- "$1""#;
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_backline")]).arg(data_dir);
    command.env_clear().envs(env::ground()).env("BACKLINE_DATA_DIR", data_dir);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.spawn().unwrap()
}
