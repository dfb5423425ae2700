//! SQL through `psql`: statements that are generated, several in a session, as any role.

use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What a session said.
pub struct Session {
    pub exit: i32,
    pub out: String,
    pub err: String,
}

/// Runs statements in one session as a role; empty is the superuser. Stops at the first error unless the script says
/// `\set ON_ERROR_STOP off`.
pub async fn psql(url: &str, role: &str, script: &str) -> Session {
    let mut options = "-c search_path=app -c timezone=UTC -c client_min_messages=warning".to_owned();
    if !role.is_empty() {
        options.push_str(&format!(" -c role={role}"));
    }
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", url]).env("PGOPTIONS", options);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut process = command.spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let script = script.to_owned();
    let writing = tokio::spawn(async move {
        // A session that stopped at an error reads no further.
        let _ = stdin.write_all(script.as_bytes()).await;
    });
    let output = process.wait_with_output().await.unwrap();
    writing.await.unwrap();
    Session {
        exit: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).trim_end().to_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The superuser's session, which must succeed; its output.
#[track_caller]
pub fn sql(url: &str, script: &str) -> impl Future<Output = String> + use<> {
    let (url, script) = (url.to_owned(), script.to_owned());
    let caller = std::panic::Location::caller();
    async move {
        let session = psql(&url, "", &script).await;
        assert_eq!(session.exit, 0, "{caller}: {}\n{script}", session.err);
        session.out
    }
}

/// Waits until the sealer has done its work: what stands in the tables then is what requests have written.
pub async fn sealed(url: &str) {
    super::support::until("all rows of the audit log are sealed", 15, async || {
        (sql(url, "select count(*) from audit_unsealed").await == "0").then_some(())
    })
    .await;
}

/// Waits until no job is left either: nothing writes any more by itself.
pub async fn quiet(url: &str) {
    super::support::until("no job is left", 30, async || {
        (sql(url, "select count(*) from jobs where status in ('pending', 'processing')").await == "0").then_some(())
    })
    .await;
    sealed(url).await;
}

/// A text as a literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
