//! Mirrors in the chart: hubs that follow the release's hub and answer its reads.

use super::rendered::{containers, name, of_kind, pod, render, texts};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tempfile::TempDir;

const MIRRORS: [&str; 2] = ["--set", "mirrors.replicas=2"];
const PLAIN: [&str; 2] = ["--values", "deploy/helm/values/plain-ingress.yaml"];

/// Reads that a mirror answers.
const MIRRORED: [&str; 16] = [
    "/v1/federated",
    "/v1/federated/manifest",
    "/v1/federated/revisions",
    "/v1/changes",
    "/v1/changes.atom",
    "/v1/changes/stream",
    "/v1/capabilities",
    "/v1/capabilities/state.read",
    "/v1/capabilities/state.read/consumers",
    "/v1/indexes/sha256:0",
    "/capabilities/state.read",
    "/agents",
    "/v0.1/servers",
    "/mcp",
    "/mcp/",
    "/search",
];

/// Requests that only the hub itself can answer.
const OWN: [&str; 11] = [
    "/",
    "/repos",
    "/v1/federated/compose",
    "/v1/federated/log",
    "/v1/repos",
    "/v1/catalogues",
    "/v1/upstreams",
    "/v1/check",
    "/v1/events",
    "/v1/tokens",
    "/metrics",
];

/// The object of a kind that is called `reuse-surface-mirror`.
fn of_mirrors(objects: &[Value], kind: &str) -> Result<Value> {
    let found = of_kind(objects, kind).into_iter().find(|it| it["metadata"]["name"] == "reuse-surface-mirror");
    found.cloned().with_context(|| format!("no {kind}"))
}

fn container(objects: &[Value]) -> Result<Value> {
    Ok(containers(pod(&of_mirrors(objects, "Deployment")?).context("no pod")?)[0].clone())
}

#[test]
fn a_mirror_is_the_binary_without_the_token_whatever_the_hub_runs_in() -> Result<()> {
    for host in ["host=serve", "host=spin"] {
        let objects = render(&[&MIRRORS[..], &["--set", host]].concat())?;
        let (deployment, container) = (of_mirrors(&objects, "Deployment")?, container(&objects)?);
        ensure!(container["image"] == "gitea.coulomb.social/coulomb/reuse-surface:0.1.0", "{container}");
        ensure!(texts(&container["args"]).contains(&"--mirror-of=http://reuse-surface:80"), "{container}");
        ensure!(!deployment.to_string().contains("reuse-surface-env"), "{deployment}");
        let data = &deployment["spec"]["template"]["spec"]["volumes"][0];
        ensure!(data == &json!({"name": "data", "emptyDir": {"sizeLimit": "4Gi"}}), "{data}");
    }
    Ok(())
}

#[tokio::test]
async fn a_mirror_is_ready_once_it_has_a_revision_and_no_old_one_goes_before() -> Result<()> {
    let objects = render(&MIRRORS)?;
    let container = container(&objects)?;
    let path = |probe: &str| container[probe]["httpGet"]["path"].as_str().unwrap_or_default().to_owned();
    ensure!(path("livenessProbe") == "/health/live" && path("startupProbe") == "/health/live");
    let of = |base: &str| Hub::start_in(TempDir::new()?, None, &["--mirror-of", base]);
    let (primary, alone) = (Hub::start()?, of("http://127.0.0.1:9")?);
    ensure!(alone.get(&path("readinessProbe")).await?.status == 503);
    let mirror = of(primary.base())?;
    eventually(async || Ok((mirror.get(&path("readinessProbe")).await?.status == 200).then_some(()))).await?;

    let strategy = &of_mirrors(&objects, "Deployment")?["spec"]["strategy"]["rollingUpdate"];
    ensure!(strategy == &json!({"maxUnavailable": 0, "maxSurge": 1}), "{strategy}");
    let budget = &of_mirrors(&objects, "PodDisruptionBudget")?["spec"];
    ensure!(budget["minAvailable"] == 1 && budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow", "{budget}");
    let one = render(&["--set", "mirrors.replicas=1"])?;
    ensure!(of_kind(&one, "PodDisruptionBudget").is_empty(), "it would keep a node from being drained");
    Ok(())
}

/// The Service that a plain Ingress sends a path to: the exact path, or else the longest prefix in whole segments.
fn service<'a>(paths: &'a [Value], path: &str) -> &'a str {
    let matches = |it: &&Value| {
        let rule = it["path"].as_str().unwrap_or_default();
        let below = path.strip_prefix(rule.trim_end_matches('/'));
        match it["pathType"] == "Exact" {
            true => rule == path,
            false => below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    };
    let precedence = |it: &&Value| (it["pathType"] == "Exact", it["path"].as_str().unwrap_or_default().len());
    let found = paths.iter().filter(matches).max_by_key(precedence);
    found.and_then(|it| it["backend"]["service"]["name"].as_str()).unwrap_or_default()
}

#[test]
fn reads_go_to_the_mirrors_and_whatever_writes_to_the_hub() -> Result<()> {
    let objects = render(&[&MIRRORS[..], &PLAIN[..]].concat())?;
    let paths = of_kind(&objects, "Ingress")[0]["spec"]["rules"][0]["http"]["paths"].clone();
    let paths = paths.as_array().context("no paths")?;
    for path in MIRRORED {
        ensure!(service(paths, path) == "reuse-surface-mirror", "{path}");
    }
    for path in OWN {
        ensure!(service(paths, path) == "reuse-surface", "{path}");
    }
    Ok(())
}

#[test]
fn traefik_sends_the_same_paths_by_method() -> Result<()> {
    let plain = render(&[&MIRRORS[..], &PLAIN[..]].concat())?;
    let paths = of_kind(&plain, "Ingress")[0]["spec"]["rules"][0]["http"]["paths"].clone();
    let mut expected: BTreeSet<String> =
        paths.as_array().into_iter().flatten().filter_map(|it| it["path"].as_str().map(str::to_owned)).collect();
    expected.remove("/");

    let objects = render(&MIRRORS)?;
    let routes = of_kind(&objects, "IngressRoute");
    let secure = routes.iter().find(|it| texts(&it["spec"]["entryPoints"]) == ["websecure"]).context("no route")?;
    let rules = secure["spec"]["routes"].as_array().context("no rules")?;
    let services = |rule: &Value| rule["services"][0]["name"].as_str().unwrap_or_default().to_owned();
    let own: Vec<String> = rules.iter().map(services).collect();
    ensure!(own == ["reuse-surface", "reuse-surface-mirror", "reuse-surface"], "{own:?}");
    let priorities: Vec<u64> = rules.iter().filter_map(|rule| rule["priority"].as_u64()).collect();
    ensure!(priorities.is_sorted_by(|a, b| a > b), "{priorities:?}");

    let rule = rules[1]["match"].as_str().context("no match")?;
    let (read, posted) = rule.split_once("|| (Method(`POST`)").context("nothing is posted")?;
    ensure!(read.contains("(Method(`GET`) || Method(`HEAD`)) &&"), "{read}");
    ensure!(posted == " && (Path(`/mcp`) || Path(`/mcp/`) || Path(`/search`))))", "{posted}");
    let quoted = rule.split('`').skip(1).step_by(2).filter(|it| it.starts_with('/'));
    ensure!(quoted.map(str::to_owned).collect::<BTreeSet<_>>() == expected, "{rule}");
    let ingress = of_kind(&objects, "Ingress")[0]["spec"].to_string();
    ensure!(!ingress.contains("-mirror"), "without methods, what is posted elsewhere would go there: {ingress}");
    Ok(())
}

#[test]
fn a_mirror_reaches_the_hub_and_clients_and_prometheus_reach_the_mirror() -> Result<()> {
    let objects = render(&[&MIRRORS[..], &["--set", "metrics.serviceMonitor.enabled=true"]].concat())?;
    let policies = of_kind(&objects, "NetworkPolicy");
    let spec = |name: &str| -> Result<Value> {
        let found = policies.iter().find(|it| it["metadata"]["name"] == name);
        Ok(found.context("no policy")?["spec"].clone())
    };
    let (mirror, hub, jobs) = (spec("reuse-surface-mirror")?, spec("reuse-surface")?, spec("reuse-surface-jobs")?);
    ensure!(texts(&mirror["policyTypes"]) == ["Ingress", "Egress"] && mirror["egress"] == jobs["egress"], "{mirror:#}");
    let from = hub["ingress"][0]["from"].as_array().context("nobody")?;
    ensure!(mirror["ingress"] == json!([{"ports": [{"port": "http"}], "from": from[..2]}]), "{mirror:#}");

    let own = &of_mirrors(&objects, "Deployment")?["spec"]["template"]["metadata"]["labels"];
    let has = |selector: &Value, labels: &Value| {
        selector.as_object().is_some_and(|all| all.iter().all(|(key, value)| &labels[key] == value))
    };
    ensure!(has(&mirror["podSelector"]["matchLabels"], own) && has(&from[2]["podSelector"]["matchLabels"], own));
    ensure!(has(&of_mirrors(&objects, "Service")?["spec"]["selector"], own));
    let monitor = &of_kind(&objects, "ServiceMonitor")[0]["spec"]["selector"];
    for service in of_kind(&objects, "Service") {
        ensure!(has(&monitor["matchLabels"], &service["metadata"]["labels"]), "{}", name(service));
    }
    Ok(())
}
