//! Fetching an index as the hub does, from this machine: the rules are the domain's, the transport is here.
//!
//! Private and loopback addresses are fine: whoever runs this reaches them anyway.

mod transport;

use std::sync::OnceLock;

use federation::fetch::{Exchange, FetchFailure, Fetched, Step, TransportFailure, Validators};
use federation::limits::FETCH_TIMEOUT;
use federation::source_url;

use crate::clock;

/// Fetches indexes. The clients behind it are made when they are first needed.
#[derive(Debug, Default)]
pub(crate) struct Fetcher {
    plain: OnceLock<reqwest::Client>,
    tls: OnceLock<reqwest::Client>,
}

impl Fetcher {
    /// The index at `url`; with validators, possibly only that it did not change.
    pub(crate) async fn fetch(&self, url: &str, validators: Validators) -> Result<Fetched, FetchFailure> {
        let url = source_url::parse(url)?;
        let exchange = self.converse(Exchange::new(url, validators));
        tokio::time::timeout(FETCH_TIMEOUT, exchange).await.unwrap_or(Err(TransportFailure::TotalTimeout.into()))
    }

    async fn converse(&self, mut exchange: Exchange) -> Result<Fetched, FetchFailure> {
        let mut request = exchange.request();
        loop {
            let client = self.client(request.url.scheme())?;
            let response = transport::send(client, request).await?;
            match exchange.receive(response, clock::now())? {
                Step::Send(next) => request = next,
                Step::Done(fetched) => return Ok(fetched),
            }
        }
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
