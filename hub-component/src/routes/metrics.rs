//! Metrics of the hub.

use crate::edge;
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use axum::extract::State as AppState;
use axum::response::{IntoResponse, Response};
use federation::source::State;
use federation::time::Seconds;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use store::database::read_with;
use store::listing::{self, SourceFilter};
use store::revisions::{self, Head};
use store::tallies::{self, Tally};

type Label = [(&'static str, String); 1];

/// Reads metrics.
///
/// In the text format of Prometheus, or as OpenMetrics if the client requests it. The values are read from the database at each request, so that all instances and replicas report the same.
/// `reuse-surface serve` adds its own metrics.
#[utoipa::path(
    get,
    path = paths::METRICS,
    operation_id = "metrics",
    tag = "operation",
    responses((
        status = 200,
        description = "The metrics, in the text format of Prometheus 0.0.4 or in OpenMetrics 1.0.0.",
        content((String = "text/plain"), (String = "application/openmetrics-text")),
        headers(("Cache-Control"), ("Vary")),
    )),
)]
pub async fn metrics<P: Ports>(AppState(app): AppState<App<P>>, request: HeaderMap) -> Result<Response, Problem> {
    let now = app.ports.now();
    let database = app.database().await?;
    let head = revisions::head(database).await?;
    let (capabilities, states, unwell, tallies, counts) = read_with(database, async |tx| {
        let capabilities = revisions::capability_count(tx).await?;
        let states = listing::by_state(tx, &SourceFilter::default(), now).await?;
        let unwell = listing::count(tx, &SourceFilter::required_not_fresh(), now).await?;
        let tallies = tallies::all(tx).await?;
        let counts = tallies::counts(tx).await?;
        Ok::<_, Problem>((capabilities, states, unwell, tallies, counts))
    })
    .await?;
    let mut registry = Registry::with_prefix("reuse_surface");
    of_publishing(&mut registry, &head, head.mirrored_at(app.primary()), capabilities);
    of_sources(&mut registry, &states, unwell);
    of_refreshing(&mut registry, &head, &tallies);
    for (name, help) in [
        (tallies::INVALID_TOKENS, "Invalid tokens in requests; at most 300 a minute are counted"),
        (tallies::FRAGMENTS_MENDED, "Damaged stored parts of documents that were rendered again from their snapshots"),
    ] {
        let counter = Counter::<u64>::default();
        counter.inc_by(counts.get(name).copied().unwrap_or_default());
        registry.register(name, help, counter);
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| {
        Problem::new(&kinds::INTERNAL, "The metrics cannot be written.").internal(error.to_string())
    })?;
    let format = edge::exposition(&request);
    let headers = [(CONTENT_TYPE, format.content_type()), (CACHE_CONTROL, "no-store"), (VARY, "accept")];
    Ok((headers, format.of_open_metrics(text)).into_response())
}

fn of_publishing(registry: &mut Registry, head: &Head, mirrored_at: Option<Seconds>, capabilities: u64) {
    let version = Family::<Label, Gauge>::default();
    version.get_or_create(&[("version", env!("CARGO_PKG_VERSION").to_owned())]).set(1);
    registry.register("build_info", "The version of the hub", version);
    let revision = head.revision.as_ref();
    let number = revision.map_or(0, |revision| revision.number);
    registry.register("revision", "Number of the newest revision, 0 before the first", gauge(number));
    registry.register("capabilities", "Capabilities in the newest revision", gauge(capabilities));
    if let Some(at) = mirrored_at {
        let help = "Unix time when the primary of this mirror last said that it has nothing newer";
        registry.register_with_unit("mirrored_timestamp", help, Unit::Seconds, time(at));
    }
    if let Some(revision) = revision {
        let help = "Unix time when the newest revision was composed";
        registry.register_with_unit("composed_timestamp", help, Unit::Seconds, time(revision.composed_at));
    }
}

fn of_sources(registry: &mut Registry, states: &[(State, usize)], unwell: usize) {
    let repos = Family::<Label, Gauge>::default();
    for state in State::ALL {
        // States without registrations are reported as zero.
        let count = states.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
        repos.get_or_create(&[("state", state.as_str().to_owned())]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    registry.register("repos", "Registrations by the state of their source", repos);
    registry.register("required_not_fresh", "Required sources that are not fresh", gauge(unwell as u64));
}

fn of_refreshing(registry: &mut Registry, head: &Head, tallies: &[Tally]) {
    if let Some(at) = head.verified_at {
        let help = "Unix time when the least recently verified contributing source was verified";
        registry.register_with_unit("oldest_verified_timestamp", help, Unit::Seconds, time(at));
    }
    if let Some(at) = head.due_at {
        let help = "Unix time when the next check is due; far in the past if nothing triggers refreshes";
        registry.register_with_unit("next_check_timestamp", help, Unit::Seconds, time(at));
    }
    let checks = Family::<Label, Counter>::default();
    let spent = Family::<Label, Counter<f64, AtomicU64>>::default();
    for tally in tallies {
        let label = [("outcome", tally.outcome.clone())];
        checks.get_or_create(&label).inc_by(tally.checks);
        spent.get_or_create(&label).inc_by(tally.milliseconds as f64 / 1000.0);
    }
    registry.register("checks", "Checks of sources by refreshes, by their outcome", checks);
    let help = "Total time of checks of sources, by their outcome";
    registry.register_with_unit("check_duration", help, Unit::Seconds, spent);
}

fn gauge(value: u64) -> Gauge<u64, AtomicU64> {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn time(at: Seconds) -> Gauge<i64> {
    let gauge = Gauge::<i64>::default();
    gauge.set(at);
    gauge
}
