//! Hearing the notes of all hosts, on one connection of its own.

use std::time::Duration;

use super::{Hub, Topics};
use crate::db::{Db, DbError, notes};

/// Between two attempts to connect.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);

/// Hands on what is heard, for ever; connects again when the connection is lost, and then says that all may have changed.
/// Who is told asks again, so what `db` knows as fresh ends first. `url` must not lead through a pooler.
pub async fn hear(url: String, db: Db, hub: Hub) {
    let (mut pause, mut missed) = (SHORTEST, false);
    loop {
        let lost = match notes::Notes::open(&url).await {
            Ok(notes) => {
                if missed {
                    hub.tell_all(Topics::all());
                }
                (pause, missed) = (SHORTEST, true);
                hand_on(notes, &db, &hub).await
            }
            Err(error) => error,
        };
        tracing::warn!(error = %lost, "cannot hear of changes; readers poll until then");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

async fn hand_on(mut notes: notes::Notes, db: &Db, hub: &Hub) -> DbError {
    loop {
        match notes.next().await {
            Ok(Some((tenant, topics))) => {
                db.rows_changed(tenant);
                hub.tell(tenant, topics);
            }
            Ok(None) => {}
            Err(error) => return error,
        }
    }
}
