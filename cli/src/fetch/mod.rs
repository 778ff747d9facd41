//! Fetches an index from this machine as the hub does. The rules are in the domain crate; the transport is here.
//!
//! Private and loopback addresses are allowed, because the user of this program can reach them anyway.

mod transport;

use crate::clock;
use federation::check::{self, Outbound};
use federation::fetch::{FetchFailure, Fetched, Request, Response, TransportFailure, Validators};
use federation::time::Seconds;
use std::sync::OnceLock;
use std::time::Duration;

/// Fetches indexes. Its HTTP clients are created when they are first needed.
#[derive(Debug, Default)]
pub(crate) struct Fetcher {
    plain: OnceLock<reqwest::Client>,
    tls: OnceLock<reqwest::Client>,
}

impl Fetcher {
    /// Fetches the index at `url`. With validators, the result may be that it did not change.
    pub(crate) async fn fetch(&self, url: &str, validators: Validators) -> Result<Fetched, FetchFailure> {
        check::fetch(self, url, validators).await.map_err(FetchFailure::of_index)
    }

    fn client(&self, scheme: &str) -> Result<&reqwest::Client, TransportFailure> {
        let (slot, is_https) = if scheme == "https" { (&self.tls, true) } else { (&self.plain, false) };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = transport::client(is_https).map_err(|_| TransportFailure::Tls)?;
        Ok(slot.get_or_init(|| client))
    }
}

impl Outbound for Fetcher {
    async fn send(&self, request: Request) -> Result<Response, TransportFailure> {
        transport::send(self.client(request.url.scheme())?, request).await
    }

    fn now(&self) -> Seconds {
        clock::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
