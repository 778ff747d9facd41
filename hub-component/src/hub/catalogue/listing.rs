//! Reads a listing from a forge.

use crate::hub::outside::Outside;
use crate::ports::Ports;
use federation::bounded::Message;
use federation::catalogue::{Catalogue, Member, Walk};
use federation::check::{Answer, fetch_unless_paused};
use federation::fetch::{FetchFailure, Fetched, HostPauses, TransportFailure, Validators};
use federation::problem::{Kind, catalogues, fields, sources};
use federation::source::Failure;
use federation::source_url;
use federation::time::Seconds;
use futures::future::{Either, select};
use std::pin::pin;
use std::time::Duration;

/// Longest time for all pages of a listing.
pub const LISTING_TIME: Duration = Duration::from_secs(20);

/// Why there is no listing.
pub(super) enum Trouble {
    /// The host asked for no requests before this time.
    Paused(Seconds),
    /// The listing failed.
    Failed {
        failure: Failure,
        http_status: Option<u16>,
        /// How long the forge asks to wait, in seconds.
        wait: Option<Seconds>,
        /// The host that asks for a pause, and its length in seconds.
        quiet: Option<(String, Seconds)>,
    },
}

impl Trouble {
    fn new(code: &'static Kind, message: impl Into<Message>, now: Seconds) -> Self {
        let failure = Failure::new(code, message, now);
        Self::Failed { failure, http_status: None, wait: None, quiet: None }
    }

    fn of_fetch(failed: FetchFailure, now: Seconds) -> Self {
        let FetchFailure { code, message, http_status, retry_after_seconds, quiet, .. } = failed;
        let wait = retry_after_seconds.max(quiet.as_ref().map(|(_, seconds)| *seconds));
        if [&sources::TOO_LARGE, &sources::TOO_LARGE_DECODED].contains(&code) {
            return Self::new(&catalogues::LISTING_TOO_LARGE, "A page of the listing is larger than 4 MiB.", now);
        }
        let failure = Failure::new(code, message, now);
        Self::Failed { failure, http_status, wait, quiet }
    }
}

/// All repositories of a catalogue, and the number of pages they came on.
///
/// # Errors
/// If any page is missing: part of a listing is useless.
pub(super) async fn read<P: Ports>(
    ports: &P,
    catalogue: &Catalogue,
    hosts: &HostPauses,
) -> Result<(Vec<Member>, usize), Trouble> {
    match select(pin!(pages(ports, catalogue, hosts)), pin!(ports.sleep(LISTING_TIME))).await {
        Either::Left((listing, _)) => listing,
        Either::Right(_) => {
            let message = format!("The listing did not arrive within {} s.", LISTING_TIME.as_secs());
            Err(Trouble::new(&catalogues::LISTING_TOO_LARGE, message, ports.now()))
        }
    }
}

async fn pages<P: Ports>(
    ports: &P,
    catalogue: &Catalogue,
    hosts: &HostPauses,
) -> Result<(Vec<Member>, usize), Trouble> {
    let Some(mut walk) = Walk::of(catalogue) else {
        let message = "The URL is not that of an organisation; change it.";
        return Err(Trouble::new(&fields::URL_NO_CATALOGUE, message, ports.now()));
    };
    loop {
        if let Some(until) = hosts.until(&source_url::host(walk.page()), ports.now()) {
            return Err(Trouble::Paused(until));
        }
        let quiet = |host: &str, now| hosts.until(host, now);
        let answer = fetch_unless_paused(&Outside(ports), walk.page().as_str(), Validators::default(), quiet).await;
        let (page, link) = match answer {
            Ok(Answer::Fetched(Fetched::Index { bytes, link, .. })) => (bytes, link),
            Ok(Answer::Paused(until)) => return Err(Trouble::Paused(until)),
            Ok(Answer::Fetched(Fetched::NotModified)) => {
                return Err(Trouble::of_fetch(TransportFailure::Protocol.into(), ports.now()));
            }
            Err(FetchFailure { http_status: Some(404), .. }) if walk.try_elsewhere() => continue,
            Err(failed) => return Err(Trouble::of_fetch(failed, ports.now())),
        };
        match walk.take(&page, link.as_deref()) {
            Ok(true) => {}
            Ok(false) => return Ok(walk.finish()),
            Err(failed) => return Err(Trouble::new(failed.code, failed.message, ports.now())),
        }
    }
}
