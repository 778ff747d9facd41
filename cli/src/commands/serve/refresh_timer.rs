//! The timer that keeps sources fresh without readers.

use api::paths;
use runtime::Runtime;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Reads the federated index every `interval`. A read makes the hub refresh the sources that are due, under `spin up` and here.
pub(super) fn start(runtime: Runtime, interval: Duration) -> Option<JoinHandle<()>> {
    if interval.is_zero() {
        return None;
    }
    Some(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(interval);
        loop {
            ticks.tick().await;
            let Ok(request) =
                http::Request::head(format!("http://localhost{}", paths::FEDERATED)).body(bytes::Bytes::new())
            else {
                return;
            };
            if let Err(error) = runtime.request(request).await {
                tracing::warn!(%error, "the refresh timer got no response");
            }
        }
    }))
}
