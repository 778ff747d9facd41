//! The alert rules: Prometheus can read them, the hub exposes their metrics, and the runbook covers each alert.

use super::rendered::{of_kind, render};
use super::tools::{output, python, read};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, index};
use serde_json::Value;
use std::collections::BTreeSet;

/// Metrics from the cluster rather than from the hub.
const OTHERS: [&str; 5] = [
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
    "kube_cronjob_status_last_successful_time",
    "kube_cronjob_created",
    "certmanager_certificate_expiration_timestamp_seconds",
];

/// With the rules for mirrors, so that all the rules of the chart are rendered.
const MIRRORS: [&str; 2] = ["--set", "mirrors.replicas=2"];

/// Prints the names of the metrics in an expression; fails if it is not a valid expression.
const METRICS: &str = "
import promql_parser as p, sys
def walk(e):
    if isinstance(e, p.VectorSelector): print(e.name)
    for name in ('expr', 'lhs', 'rhs', 'vector_selector', 'param'):
        child = getattr(e, name, None)
        if isinstance(child, p.Expr): walk(child)
    for child in getattr(e, 'args', None) or []: walk(child)
walk(p.parse(sys.argv[1]))
";

fn rules(arguments: &[&str]) -> Result<Vec<Value>> {
    let enabled = ["--set", "metrics.rules.enabled=true"];
    let objects = render(&[&enabled[..], arguments].concat())?;
    let groups = of_kind(&objects, "PrometheusRule").first().context("no rules")?["spec"]["groups"].clone();
    Ok(groups[0]["rules"].as_array().context("no rules")?.clone())
}

fn metrics(rules: &[Value]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for rule in rules {
        let expression = rule["expr"].as_str().context("no expr")?;
        let found = output(python("python").args(["-c", METRICS, expression]))?;
        ensure!(!found.is_empty(), "{expression}");
        names.extend(found.lines().map(str::to_owned));
    }
    Ok(names)
}

#[tokio::test]
async fn rules_ask_for_metrics_that_the_hub_has() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("state-hub", &sources.index("/i.yaml", &index(&["state.read"]))).await?;
    let exposed = hub.get("/metrics").await?.text;
    // The host counts a scrape only after its response, so a second one is needed.
    let exposed = format!("{exposed}{}", hub.get("/metrics").await?.text);
    for name in metrics(&rules(&MIRRORS)?)? {
        let is_exposed = exposed.lines().any(|line| line.starts_with(&name));
        ensure!(is_exposed || OTHERS.contains(&name.as_str()), "{name} is in no answer of /metrics:\n{exposed}");
    }
    Ok(())
}

#[test]
fn under_spin_rules_ask_for_what_the_component_has_alone() -> Result<()> {
    let names = metrics(&rules(&["--set", "host=spin"])?)?;
    for name in ["reuse_surface_http_requests_total", "process_start_time_seconds"] {
        ensure!(!names.contains(name), "{name}");
    }
    ensure!(names.contains("reuse_surface_required_not_fresh"));
    Ok(())
}

#[test]
fn a_backup_that_was_never_made_is_missed() -> Result<()> {
    let rules = rules(&[])?;
    let rule = rules.iter().find(|rule| rule["alert"] == "ReuseSurfaceBackupOld").context("no rule")?;
    let names = metrics(std::slice::from_ref(rule))?;
    ensure!(names.contains("kube_cronjob_created"), "{names:?}");
    Ok(())
}

#[test]
fn every_alert_has_a_remedy_in_the_runbook() -> Result<()> {
    let runbook = read("docs/deploy/README.md")?;
    for rule in rules(&MIRRORS)? {
        let alert = rule["alert"].as_str().context("no alert")?;
        ensure!(runbook.contains(&format!("\n### {alert}\n")), "{alert}");
        let url = rule["annotations"]["runbook_url"].as_str().unwrap_or_default();
        ensure!(url.ends_with(&format!("/docs/deploy/README.md#{}", alert.to_lowercase())), "{url}");
        ensure!(["critical", "warning", "info"].contains(&rule["labels"]["severity"].as_str().unwrap_or_default()));
    }
    Ok(())
}
