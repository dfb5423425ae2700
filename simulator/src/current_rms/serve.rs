//! Serving an account over HTTP.

use std::net::{Ipv4Addr, SocketAddr};

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use super::{CurrentRms, Options};

impl CurrentRms {
    /// Serves the account, delivers its webhooks, and lets it drift when its options say so, until the future is dropped.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY was refused");
            }
        });
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let serving = async { axum::serve(listener, service).await };
        let drifting = async {
            match self.0.options.drift {
                None => std::future::pending().await,
                Some(every) => self.drift(every).await,
            }
        };
        let delivering = async {
            self.deliver().await;
            std::future::pending().await
        };
        tokio::select! {
            ended = serving => ended,
            never = drifting => match never {},
            never = delivering => match never {},
        }
    }
}

/// Serves a simulated Current RMS account on `127.0.0.1:port` until the future is dropped; port 0 takes a free one,
/// which the log line names.
pub async fn run_current_rms(port: u16, options: Options) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let account = CurrentRms::new(options);
    tracing::info!(%address, opportunities = account.ids().len(), "simulated Current RMS is listening");
    account.serve(listener).await
}
