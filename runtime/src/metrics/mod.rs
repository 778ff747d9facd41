//! The host's metrics, which are appended to those of the component.

mod memory;
mod process;

use crate::budget::Budget;
use api::exposition::Exposition;
use api::headers::{CODE, ROUTE};
use federation::problem::{self, answers as kinds};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The label for methods that the hub does not use.
const OTHER: &str = "OTHER";

/// The label for requests that match no route. Their paths must not create new series in the collector.
const NO_ROUTE: &str = "unmatched";

const LAST_LINE: &str = "# EOF\n";

/// Seconds, from a cached response to the longest request allowed.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0, 30.0, 90.0];

type Label<V> = (&'static str, V);

pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<[Label<String>; 3], Counter>,
    durations: Family<[Label<String>; 2], Histogram, fn() -> Histogram>,
    problems: Family<[Label<&'static str>; 1], Counter>,
    failures: Family<[Label<&'static str>; 1], Counter>,
    pub(crate) in_flight: Gauge,
    pub(crate) connections: Gauge,
    pub(crate) instances: Gauge,
    pub(crate) instances_failed: Counter,
    pub(crate) memo_hits: Counter,
    pub(crate) memo_misses: Counter,
    pub(crate) memo_entries: Gauge,
    pub(crate) memo_bytes: Gauge,
    pub(crate) version_probes: Counter,
    pub(crate) version_probe_failures: Counter,
    pub(crate) database_losses: Counter,
}

/// The counters for one route, method and status.
#[derive(Clone)]
pub(crate) struct Tally {
    pub(crate) route: Arc<str>,
    requests: Counter,
    durations: Histogram,
    failures: Option<Counter>,
}

impl Tally {
    pub(crate) fn count(&self, took: Duration) {
        self.requests.inc();
        if let Some(failures) = &self.failures {
            failures.inc();
        }
        self.durations.observe(took.as_secs_f64());
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            problems: Family::default(),
            failures: Family::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            instances: Gauge::default(),
            instances_failed: Counter::default(),
            memo_hits: Counter::default(),
            memo_misses: Counter::default(),
            memo_entries: Gauge::default(),
            memo_bytes: Gauge::default(),
            version_probes: Counter::default(),
            version_probe_failures: Counter::default(),
            database_losses: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let own = self.registry.sub_registry_with_prefix("reuse_surface");
        own.register("http_requests", "Requests answered, by matched route", self.requests.clone());
        let help = "Time from the head of a request to the head of its response";
        own.register_with_unit("http_request_duration", help, Unit::Seconds, self.durations.clone());
        own.register("http_requests_in_flight", "Requests in progress", self.in_flight.clone());
        own.register("http_connections", "Open client connections", self.connections.clone());
        let help = "Requests that failed in the hub, by problem code; excludes 503 for missing or stale data";
        own.register("http_failures", help, self.failures.clone());
        // Registered from the start, so that rates can be computed.
        for kind in problem::all().filter(|kind| kind.is_failure()) {
            drop(self.failures.get_or_create(&[("code", kind.code)]));
        }
        let help = "Requests that the host answered in place of the hub, by problem code";
        own.register("host_problems", help, self.problems.clone());
        own.register("instances", "Live instances of the component", self.instances.clone());
        let help = "Instances of the component that trapped or ran out of time";
        own.register("instance_failures", help, self.instances_failed.clone());
        own.register("memo_hits", "Responses served from the cache", self.memo_hits.clone());
        let help = "Cacheable requests that the component answered";
        own.register("memo_misses", help, self.memo_misses.clone());
        own.register("memo_entries", "Cached responses", self.memo_entries.clone());
        own.register_with_unit("memo_size", "Size of the cached responses", Unit::Bytes, self.memo_bytes.clone());
        let help = "Reads of PostgreSQL's commit counter, each for all requests that waited for one";
        own.register("version_probes", help, self.version_probes.clone());
        let help =
            "Failed reads of PostgreSQL's commit counter; the component answered the requests that waited for them";
        own.register("version_probe_failures", help, self.version_probe_failures.clone());
        let help = "How often PostgreSQL's commit counter fell because acknowledged commits were lost";
        own.register("database_losses", help, self.database_losses.clone());
        self.registry.sub_registry_with_prefix("process").register_collector(Box::new(process::Process::default()));
    }

    /// Adds the sizes of these files to the metrics.
    pub(crate) fn watch_files(&mut self, files: Vec<PathBuf>) {
        let own = self.registry.sub_registry_with_prefix("reuse_surface");
        own.register_collector(Box::new(process::Files(files)));
    }

    /// Adds the use of the memory budget to the metrics.
    pub(crate) fn watch_budget(&mut self, budget: Arc<Budget>) {
        let own = self.registry.sub_registry_with_prefix("reuse_surface");
        own.register_collector(Box::new(memory::Memory(budget)));
    }

    /// Removes the headers meant for this host from a response, and returns the counters for it.
    pub(crate) fn tally(&self, headers: &mut HeaderMap, method: &Method, status: StatusCode) -> Tally {
        let (route, code) = (headers.remove(ROUTE), headers.remove(CODE));
        // A route has only its own methods. Counting any other by route would be of no use.
        let wrong = status == StatusCode::METHOD_NOT_ALLOWED;
        let route = route.as_ref().filter(|_| !wrong).and_then(|route| route.to_str().ok());
        let route = route.unwrap_or(NO_ROUTE).to_owned();
        let method = ("method", if wrong { OTHER } else { bounded(method) }.to_owned());
        let of_route = ("route", route.clone());
        let failure = failure(status, code.as_ref());
        let status = ("status", status.as_str().to_owned());
        Tally {
            route: route.into(),
            requests: self.requests.get_or_create_owned(&[of_route.clone(), method.clone(), status]),
            durations: self.durations.get_or_create_owned(&[of_route, method]),
            failures: failure.map(|code| self.failures.get_or_create_owned(&[("code", code)])),
        }
    }

    pub(crate) fn problem(&self, code: &'static str) {
        self.problems.get_or_create(&[("code", code)]).inc();
    }

    /// Appends the host's metrics to those of the component, which are in the format that the client chose.
    pub(crate) fn append_to(&self, text: &str, format: Exposition) -> String {
        let mut own = String::new();
        // Writing to a string does not fail.
        _ = encode(&mut own, &self.registry);
        let text = text.strip_suffix(LAST_LINE).unwrap_or(text);
        text.to_owned() + &format.of_open_metrics(own)
    }
}

/// Counts one in a gauge until it is dropped.
pub(crate) struct Reservation(Gauge);

impl Reservation {
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The format of the metrics in a response; none if it has no metrics.
pub(crate) fn exposition(headers: &HeaderMap) -> Option<Exposition> {
    let content_type = headers.get(header::CONTENT_TYPE)?;
    Exposition::ALL.into_iter().find(|format| content_type == format.content_type())
}

/// Maps methods that clients may invent to one label.
fn bounded(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PATCH | Method::PUT | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        _ => OTHER,
    }
}

/// The code of a failure of the hub; `None` if the hub did its job.
fn failure(status: StatusCode, code: Option<&HeaderValue>) -> Option<&'static str> {
    if !status.is_server_error() {
        return None;
    }
    match code
        .and_then(|code| problem::all().find(|kind| kind.status.is_some() && kind.code.as_bytes() == code.as_bytes()))
    {
        Some(kind) => kind.is_failure().then_some(kind.code),
        None => Some(kinds::INTERNAL.code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    #[test]
    fn requests_are_counted_by_route_and_the_paths_and_methods_of_clients_add_no_series() {
        let metrics = Metrics::new();
        let mut headers = HeaderMap::from_iter([(ROUTE, HeaderValue::from_static("/v1/repos/{repo}"))]);
        let tally = metrics.tally(&mut headers, &Method::GET, StatusCode::OK);
        assert!(headers.is_empty() && &*tally.route == "/v1/repos/{repo}");
        tally.count(Duration::from_millis(2));
        tally.count(Duration::from_secs(1));
        for method in ["BREW", "MOVE"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            metrics.tally(&mut HeaderMap::new(), &method, StatusCode::NOT_FOUND).count(Duration::ZERO);
        }
        let text = metrics.append_to("component 1\n# EOF\n", Exposition::OpenMetrics);
        for line in [
            "reuse_surface_http_requests_total{route=\"/v1/repos/{repo}\",method=\"GET\",status=\"200\"} 2\n",
            "reuse_surface_http_request_duration_seconds_bucket{le=\"0.0025\",route=\"/v1/repos/{repo}\",method=\"GET\"} 1\n",
            "reuse_surface_http_requests_total{route=\"unmatched\",method=\"OTHER\",status=\"404\"} 2\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(text.starts_with("component 1\n# HELP ") && text.matches("# EOF\n").count() == 1, "{text}");
        let text = metrics.append_to("component 1\n", Exposition::Prometheus);
        assert!(text.starts_with("component 1\n# HELP ") && !text.contains("# EOF"), "{text}");
        assert!(text.contains("# TYPE reuse_surface_http_requests_total counter\n"), "{text}");
    }

    fn answer(metrics: &Metrics, method: &Method, status: u16, headers: &[(&HeaderName, &'static str)]) {
        let mut headers =
            headers.iter().map(|(name, value)| ((*name).clone(), HeaderValue::from_static(value))).collect();
        metrics.tally(&mut headers, method, StatusCode::from_u16(status).unwrap()).count(Duration::ZERO);
        assert!(headers.is_empty(), "{headers:?}");
    }

    #[test]
    fn what_was_asked_for_and_cannot_be_had_is_no_failure() {
        let metrics = Metrics::new();
        for (status, code) in [(503, "too-stale"), (503, "nothing-published"), (404, "not-found"), (503, "overloaded")]
        {
            answer(&metrics, &Method::GET, status, &[(&CODE, code)]);
        }
        answer(&metrics, &Method::GET, 500, &[]);
        answer(&metrics, &Method::GET, 502, &[(&CODE, "nobody-knows")]);
        let text = metrics.append_to("", Exposition::OpenMetrics);
        for line in ["code=\"overloaded\"} 1\n", "code=\"internal\"} 2\n", "code=\"timeout\"} 0\n"] {
            assert!(text.contains(&format!("reuse_surface_http_failures_total{{{line}")), "{line} is not in\n{text}");
        }
        let counted = text.lines().filter(|line| line.starts_with("reuse_surface_http_failures_total"));
        assert!(counted.clone().all(|line| !line.contains("stale") && !line.contains("published")), "{text}");
        assert!(counted.count() < 12, "{text}");
    }

    #[test]
    fn a_wrong_method_has_no_histogram_of_its_own() {
        let metrics = Metrics::new();
        answer(&metrics, &Method::PUT, 405, &[(&ROUTE, "/v1/repos"), (&CODE, "method-not-allowed")]);
        answer(&metrics, &Method::DELETE, 405, &[(&ROUTE, "/v1/federated")]);
        let text = metrics.append_to("", Exposition::OpenMetrics);
        let histograms =
            text.lines().filter(|line| line.starts_with("reuse_surface_http_request_duration_seconds_sum"));
        assert_eq!(histograms.count(), 1, "{text}");
        assert!(
            text.contains("reuse_surface_http_requests_total{route=\"unmatched\",method=\"OTHER\",status=\"405\"} 2\n")
        );
    }
}
