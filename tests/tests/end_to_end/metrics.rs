//! `/metrics`, parsed as Prometheus does.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, eventually, index, tools};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The `Accept` header of Prometheus.
const PROMETHEUS: &str =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

/// All samples, as the official parser reads them.
fn scrape(hub: &Hub) -> Result<BTreeMap<String, f64>> {
    scrape_as(hub, PROMETHEUS)
}

fn scrape_as(hub: &Hub, accept: &str) -> Result<BTreeMap<String, f64>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/metrics.py");
    let url = format!("{}/metrics", hub.base());
    let ran = Command::new(tools().join("python/bin/python")).args([script, &url, accept]).output()?;
    ensure!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).context("the script writes JSON")
}

#[tokio::test]
async fn known_traffic_gives_known_numbers() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a", "capability.b"]))).await?;
    hub.register("b", &sources.index("/b", "version: 2")).await?;
    for _ in 0..3 {
        assert_eq!(hub.get("/v1/repos/a").await?.status, 200);
    }
    for i in 0..5 {
        assert_eq!(hub.get(&format!("/v1/repos/none-{i}")).await?.status, 404);
        assert_eq!(hub.get(&format!("/nothing/{i}")).await?.status, 404);
    }
    assert_eq!(hub.send(hub.request(Method::DELETE, "/v1/repos/a")).await?.status, 401);
    let samples = scrape(&hub)?;
    let value = |name: &str| samples.get(name).copied();
    for (name, expected) in [
        ("reuse_surface_revision", 1.0),
        ("reuse_surface_capabilities", 2.0),
        ("reuse_surface_repos{state=fresh}", 1.0),
        ("reuse_surface_repos{state=failed}", 1.0),
        ("reuse_surface_repos{state=disabled}", 0.0),
        ("reuse_surface_http_requests_total{method=GET,route=/v1/repos/{repo},status=200}", 3.0),
        ("reuse_surface_http_requests_total{method=GET,route=/v1/repos/{repo},status=404}", 5.0),
        ("reuse_surface_http_requests_total{method=GET,route=unmatched,status=404}", 5.0),
        ("reuse_surface_http_requests_total{method=DELETE,route=/v1/repos/{repo},status=401}", 1.0),
        ("reuse_surface_http_requests_total{method=POST,route=/v1/repos,status=201}", 2.0),
        ("reuse_surface_http_request_duration_seconds_count{method=GET,route=/v1/repos/{repo}}", 8.0),
        ("reuse_surface_http_requests_in_flight", 1.0),
        ("reuse_surface_instance_failures_total", 0.0),
    ] {
        assert_eq!(value(name), Some(expected), "{name} in {samples:#?}");
    }
    for name in [
        "reuse_surface_checks_total{outcome=failed}",
        "reuse_surface_composed_timestamp_seconds",
        "reuse_surface_oldest_verified_timestamp_seconds",
        "reuse_surface_next_check_timestamp_seconds",
        "reuse_surface_instances",
        "reuse_surface_database_size_bytes",
        "reuse_surface_http_connections",
        "process_start_time_seconds",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_open_fds",
    ] {
        assert!(value(name).is_some_and(|value| value > 0.0), "{name} in {samples:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_does_not_name_open_metrics_gets_the_older_format_and_promtool_finds_nothing() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let open = scrape(&hub)?;
    for accept in ["*/*", "text/plain;version=0.0.4", "*/*;q=0.1", "text/html"] {
        let text = hub.send(hub.request(Method::GET, "/metrics").header("accept", accept)).await?;
        assert_eq!(text.header("content-type"), "text/plain; version=0.0.4; charset=utf-8", "{accept}");
        let found = promtool(&text.text)?;
        assert_eq!(found, "", "{}", text.text);
        let samples = scrape_as(&hub, accept)?;
        let names = |samples: &BTreeMap<String, f64>| samples.keys().cloned().collect::<Vec<_>>();
        assert!(names(&open).iter().all(|name| samples.contains_key(name)), "{open:#?}\n{samples:#?}");
    }
    Ok(())
}

/// The findings of Prometheus's linter.
fn promtool(text: &str) -> Result<String> {
    let mut promtool = Command::new(tools().join("unpacked/usr/bin/promtool"))
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    promtool.stdin.take().context("standard input")?.write_all(text.as_bytes())?;
    let ran = promtool.wait_with_output()?;
    let found = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    ensure!(ran.status.success() || !found.is_empty(), "promtool ended with {}", ran.status);
    Ok(found)
}

#[tokio::test]
async fn counts_of_refreshes_outlive_the_process() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    hub.compose().await?;
    let name = "reuse_surface_checks_total{outcome=unchanged}";
    let before = scrape(&hub)?.get(name).copied();
    let hub = hub.kill_and_restart()?;
    assert!(before >= Some(1.0));
    assert_eq!(scrape(&hub)?.get(name).copied(), before);
    Ok(())
}

#[tokio::test]
async fn what_a_reader_asked_for_and_cannot_have_is_no_failure_of_the_hub() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    for _ in 0..3 {
        // Until the second in which it was verified is over, it is 200.
        let stale = eventually(async || {
            Ok(Some(hub.get("/v1/federated?max_staleness=0").await?).filter(|answer| answer.status != 200))
        })
        .await?;
        assert!(stale.status == 503 && stale.text.contains("too-stale"), "{stale:?}");
        assert!(stale.header("reuse-surface-code").is_empty(), "it is for the host alone");
    }
    for method in ["BREW", "PUT", "DELETE"] {
        hub.send(hub.request(Method::from_bytes(method.as_bytes())?, "/v1/federated")).await?;
    }
    let samples = scrape(&hub)?;
    let failures: Vec<_> =
        samples.iter().filter(|(name, _)| name.starts_with("reuse_surface_http_failures_total")).collect();
    assert!(!failures.is_empty() && failures.iter().all(|(_, count)| **count == 0.0), "{failures:?}");
    let count = "reuse_surface_http_requests_total{method=OTHER,route=unmatched,status=405}";
    assert_eq!(samples.get(count), Some(&3.0), "{samples:#?}");
    let histograms =
        samples.keys().filter(|name| name.starts_with("reuse_surface_http_request_duration_seconds_count"));
    assert!(!histograms.clone().any(|name| name.contains("PUT") || name.contains("BREW")), "{samples:#?}");
    Ok(())
}

#[tokio::test]
async fn a_problem_of_the_host_is_counted_by_its_code() -> Result<()> {
    let hub = Hub::start()?;
    let body = "x".repeat(2 << 20);
    let refused = hub.send(hub.request(Method::POST, "/v1/repos").json(&json!({"repo": body}))).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!("payload-too-large")));
    assert_eq!(refused.json()["request_id"], refused.header("x-request-id"));
    assert_eq!(refused.json()["type"], format!("{}/problems/payload-too-large", hub.base()));
    assert_eq!(scrape(&hub)?.get("reuse_surface_host_problems_total{code=payload-too-large}"), Some(&1.0));
    Ok(())
}
