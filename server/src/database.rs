//! The database of this process: the operator's, or a share in the private one.

use crate::config::Config;
use crate::postgres::{PostgresError, Private};

/// Where the database is, and the share that keeps a private one alive.
pub struct Database {
    pub url: String,
    /// For migrations and the operator's commands: not through a pooler.
    pub direct_url: String,
    private: Option<Private>,
}

impl Database {
    /// Starts or attaches to the private server when the environment names no database.
    pub async fn open(config: &Config) -> Result<Database, PostgresError> {
        if let Some(url) = config.database_url.clone() {
            return Ok(Database {
                direct_url: config.direct_url.clone().unwrap_or_else(|| url.clone()),
                url,
                private: None,
            });
        }
        let private = Private::start(&config.data_dir).await?;
        Ok(Database { url: private.url().to_owned(), direct_url: private.url().to_owned(), private: Some(private) })
    }

    /// Keeps a private server alive; never ends.
    pub async fn supervise(&self) {
        match &self.private {
            Some(private) => private.supervise().await,
            None => std::future::pending().await,
        }
    }

    /// Whether the database is the process's own.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// Gives up the share; the last one out stops a private server.
    pub async fn close(self) -> Result<(), PostgresError> {
        match self.private {
            Some(private) => private.stop().await,
            None => Ok(()),
        }
    }
}
