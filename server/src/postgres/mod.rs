//! The private Postgres: a cluster of our own in the data folder, for a machine where nobody has set one up.
//!
//! Every host and command holds a [`Private`]. The first one starts the server, the others attach, the last one out stops
//! it. The server outlives a host that is killed, and the next one attaches to it again.

mod account;
mod cluster;
mod database;
mod disk;
mod error;
mod folder;
mod initdb;
mod lock;
mod postmaster;
pub mod programs;
mod settings;
mod socket;
mod supervisor;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cluster::Cluster;
pub use error::PostgresError;
use lock::{Share, Transition};

/// A share in the running private server. Dropped without [`Private::stop`], it leaves the server running for the next
/// process to attach to.
pub struct Private {
    data: PathBuf,
    cluster: Arc<Cluster>,
    share: Share,
    open: Open,
    url: String,
}

impl Private {
    /// Starts the server of a data folder, which is made when absent, or attaches to the one that runs. Ready for
    /// connections when it returns; a first start takes some seconds, one after a crash may take minutes. Dropping the
    /// future gives up, and stops the server again if nobody else uses it.
    pub async fn start(data_dir: &Path) -> Result<Self, PostgresError> {
        let data = data_dir.to_path_buf();
        let open = Open::default();
        let flag = open.flag();
        let started = blocking(move || attach(&data, || !flag.load(Ordering::SeqCst))).await?;
        let Started { data, cluster, share, url } = started;
        Ok(Self { data, cluster, share, open, url })
    }

    /// The superuser's URL of the database `backline`, for libpq and sqlx. It stays the same over restarts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Gives up the share; the last one out stops the server and waits until it has stopped.
    pub async fn stop(self) -> Result<(), PostgresError> {
        // First, so that no supervisor starts it again.
        let Self { data, cluster, share, open, url: _ } = self;
        drop(open);
        blocking(move || {
            let transition = Transition::begin(&data, || false)?;
            if share.leave(&transition)? { cluster.stop() } else { Ok(()) }
        })
        .await
    }

    /// Keeps the server alive: starts it again when it died or lost its socket, and drops old log files. Never ends;
    /// does nothing once this share is stopped or dropped. Any number of processes may do this at once.
    pub fn supervise(&self) -> impl Future<Output = ()> + Send + 'static {
        supervisor::run(self.data.clone(), Arc::clone(&self.cluster), self.open.flag())
    }
}

/// What [`attach`] found or made.
struct Started {
    data: PathBuf,
    cluster: Arc<Cluster>,
    share: Share,
    url: String,
}

fn attach(data: &Path, given_up: impl Fn() -> bool) -> Result<Started, PostgresError> {
    std::fs::create_dir_all(data).map_err(PostgresError::io("make", data))?;
    let data = data.canonicalize().map_err(PostgresError::io("find", data))?;
    let transition = Transition::begin(&data, &given_up)?;
    let share = Share::join(&data, &transition)?;
    let cluster = Cluster::open(&data)?;
    let url = cluster.bring_up(&given_up).and_then(|socket| {
        database::ensure(&cluster, &socket)?;
        if given_up() { Err(PostgresError::Stopping) } else { Ok(socket::url(&socket, database::NAME)) }
    });
    match url {
        Ok(url) => Ok(Started { data, cluster: Arc::new(cluster), share, url }),
        // A long recovery goes on by itself, for the next start to find.
        Err(error @ PostgresError::NotReady { .. }) => Err(error),
        Err(error) => {
            if share.leave(&transition)? {
                cluster.stop()?;
            }
            Err(error)
        }
    }
}

/// Runs waiting work on a thread where waiting disturbs nobody.
async fn blocking<T, F>(work: F) -> Result<T, PostgresError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, PostgresError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(PostgresError::Interrupted))
}

/// Says that the share is held; supervisors look at its flag, which falls when this is dropped.
struct Open(Arc<AtomicBool>);

impl Default for Open {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Open {
    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}
