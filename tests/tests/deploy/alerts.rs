//! The alert rules: Prometheus can read them, and the runbook knows what to do.

use super::rendered::{of_kind, render};
use super::tools::{output, python, read};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;

/// Prints the names of the metrics in an expression; fails where it is none.
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
fn every_alert_has_a_remedy_in_the_runbook() -> Result<()> {
    let runbook = read("docs/deploy/README.md")?;
    for rule in rules(&[])? {
        let alert = rule["alert"].as_str().context("no alert")?;
        ensure!(runbook.contains(&format!("\n### {alert}\n")), "{alert}");
        let url = rule["annotations"]["runbook_url"].as_str().unwrap_or_default();
        ensure!(url.ends_with(&format!("/docs/deploy/README.md#{}", alert.to_lowercase())), "{url}");
        ensure!(["critical", "warning", "info"].contains(&rule["labels"]["severity"].as_str().unwrap_or_default()));
    }
    Ok(())
}
