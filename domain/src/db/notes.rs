//! NOTIFY and LISTEN: which tenant's topics changed, ids and words only, since row-level security does not cover notes.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use uuid::Uuid;

use super::pool::options;
use super::{Db, DbError};
use crate::identity::TenantId;
use crate::live::{Topic, Topics};

const CHANNEL: &str = "backline_live";
/// After so long without a note the connection is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(5);

/// A note's text: `TENANT topic topic`.
pub(crate) fn write(tenant: TenantId, topics: Topics) -> String {
    topics.iter().fold(tenant.0.to_string(), |text, topic| text + " " + topic.as_str())
}

/// Reads a note; anybody on this database may send one, and a newer host may know more topics.
fn read(text: &str) -> Option<(TenantId, Topics)> {
    let (tenant, topics) = text.split_once(' ')?;
    let topics: Vec<Topic> = topics.split(' ').filter_map(Topic::parse).collect();
    Some((TenantId(Uuid::parse_str(tenant).ok()?), Topics::of(&topics)))
}

impl Db {
    /// Sends notes in a transaction of their own.
    pub(crate) async fn send_notes(&self, texts: &[String]) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"select pg_notify('backline_live', note) as "sent" from unnest($1::text[]) as notes (note)"#,
            texts
        )
        .fetch_all(&self.worker)
        .await?;
        Ok(())
    }
}

/// A connection that hears the notes of all hosts.
pub(crate) struct Notes(PgListener);

impl Notes {
    pub(crate) async fn open(url: &str) -> Result<Notes, DbError> {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER);
        let pool = pool.connect_lazy_with(options(url, "backline_app")?);
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Notes(listener))
    }

    /// The next note; none when it was quiet for a while or somebody sent nonsense.
    pub(crate) async fn next(&mut self) -> Result<Option<(TenantId, Topics)>, DbError> {
        match tokio::time::timeout(SILENCE, self.0.try_recv()).await {
            Ok(Ok(Some(note))) => Ok(read(note.payload())),
            Ok(Ok(None)) => Err(lost()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => self.still_there().await.map(|()| None),
        }
    }

    /// A connection that a firewall has forgotten says nothing, for ever.
    async fn still_there(&mut self) -> Result<(), DbError> {
        let asked = sqlx::query!("select 1 as one").fetch_one(&mut self.0);
        tokio::time::timeout(ANSWER, asked).await.map_err(|_| lost())??;
        Ok(())
    }
}

fn lost() -> DbError {
    DbError::Sqlx(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let (tenant, topics) = (TenantId(Uuid::from_u128(7)), Topics::of(&[Topic::Sync, Topic::Sessions]));
        assert_eq!(read(&write(tenant, topics)), Some((tenant, topics)));
    }

    #[test]
    fn nonsense_is_no_note_and_an_unknown_topic_is_left_out() {
        assert_eq!(read("hello world"), None);
        assert_eq!(read(""), None);
        let text = format!("{} sync weather", Uuid::from_u128(7));
        assert_eq!(read(&text), Some((TenantId(Uuid::from_u128(7)), Topics::of(&[Topic::Sync]))));
    }
}
