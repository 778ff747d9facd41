//! Who can reach the hub, and what the hub can reach.

use super::policies::pods;
use super::rendered::{containers, name, of_kind, pod, render, texts};
use super::tools::read;
use anyhow::{Context as _, Result, ensure};
use api::paths;
use ipnet::IpNet;
use runtime::{networks_never_reached, private_networks};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn the_proxy_the_metrics_and_the_jobs_reach_the_hub_and_nobody_else() -> Result<()> {
    let set = "networkPolicy.ingressNamespace=proxies,networkPolicy.monitoringNamespace=watchers";
    let objects = render(&["--set", set])?;
    let policies = of_kind(&objects, "NetworkPolicy");
    let hub = policies.iter().find(|it| it["metadata"]["name"] == "reuse-surface").context("no policy")?;
    let labels = json!({"app.kubernetes.io/name": "reuse-surface", "app.kubernetes.io/instance": "reuse-surface"});
    let namespace = |name: &str| json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}});
    let from = [namespace("proxies"), namespace("watchers"), json!({"podSelector": {"matchLabels": labels}})];
    ensure!(hub["spec"]["ingress"] == json!([{"ports": [{"port": "http"}], "from": from}]), "{hub:#}");
    // The jobs belong to this release, as the policy requires.
    for job in of_kind(&objects, "CronJob") {
        let own = &pod(job).context("no pod")?["metadata"]["labels"];
        ensure!(labels.as_object().into_iter().flatten().all(|(key, value)| &own[key] == value), "{own}");
    }
    Ok(())
}

#[test]
fn the_hub_reaches_names_and_public_addresses_and_nothing_else() -> Result<()> {
    let objects = render(&[])?;
    let policies = of_kind(&objects, "NetworkPolicy");
    let hub = policies.iter().find(|it| it["metadata"]["name"] == "reuse-surface").context("no policy")?;
    ensure!(texts(&hub["spec"]["policyTypes"]) == ["Ingress", "Egress"]);
    let egress = hub["spec"]["egress"].as_array().context("no egress")?;
    let ports = |rule: &Value| -> Vec<u64> {
        let ports = rule["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
        ports.iter().filter_map(|port| port["port"].as_u64()).collect()
    };
    ensure!(egress.len() == 2 && ports(&egress[0]) == [53, 53] && ports(&egress[1]) == [80, 443]);
    // The hub's own list, as far as it is within the globally routable addresses.
    let refused: Vec<IpNet> =
        networks_never_reached().chain(private_networks()).map(str::parse).collect::<Result<_, _>>()?;
    let outermost = refused.iter().filter(|it| refused.iter().all(|other| other == *it || !other.contains(*it)));
    for (block, cidr) in egress[1]["to"].as_array().context("no blocks")?.iter().zip(["0.0.0.0/0", "2000::/3"]) {
        let (block, all) = (&block["ipBlock"], cidr.parse::<IpNet>()?);
        let except: BTreeSet<IpNet> = texts(&block["except"]).into_iter().map(str::parse).collect::<Result<_, _>>()?;
        let expected: BTreeSet<IpNet> = outermost.clone().filter(|it| all.contains(*it)).copied().collect();
        ensure!(block["cidr"] == cidr && except == expected, "{cidr}: {except:?}, expected {expected:?}");
    }

    let jobs = policies.iter().find(|it| it["metadata"]["name"] == "reuse-surface-jobs").context("no policy")?;
    ensure!(jobs["spec"]["ingress"].is_null() && !jobs["spec"]["egress"].to_string().contains("ipBlock"));
    // Each pod has one of the three labels.
    for (name, pod) in pods()? {
        let component = pod["metadata"]["labels"]["app.kubernetes.io/component"].as_str().unwrap_or_default();
        ensure!(["hub", "job", "mirror"].contains(&component), "{name}");
    }
    Ok(())
}

#[test]
fn the_hub_is_probed_by_either_family_and_a_proxy_outwaits_a_compose() -> Result<()> {
    let hub = render(&[])?;
    let container = containers(pod(of_kind(&hub, "StatefulSet")[0]).context("no pod")?)[0].clone();
    ensure!(texts(&container["args"]).contains(&"--listen=[::]:8080"), "{container}");
    let image = read("Dockerfile")?;
    ensure!(image.contains(r#""--listen", "[::]:8080""#) && image.contains("REUSE_SURFACE_LISTEN=[::]:8080"));
    ensure!(!image.contains("0.0.0.0"));
    let nginx = render(&["--values", "deploy/helm/values/plain-ingress.yaml"])?;
    let annotations = &of_kind(&nginx, "Ingress")[0]["metadata"]["annotations"];
    for timeout in ["proxy-read-timeout", "proxy-send-timeout"] {
        let seconds = annotations[format!("nginx.ingress.kubernetes.io/{timeout}")].as_str().unwrap_or_default();
        // The hub's own limit for a request.
        ensure!(seconds.parse::<u64>()? > 90, "{timeout}: {seconds}");
    }
    Ok(())
}

#[test]
fn traefik_ends_tls_limits_requests_and_hides_the_metrics() -> Result<()> {
    let objects = render(&[])?;
    let ingress = of_kind(&objects, "Ingress")[0];
    ensure!(ingress["spec"]["ingressClassName"] == "traefik");
    ensure!(ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] == "letsencrypt-prod");
    ensure!(ingress["spec"]["rules"][0]["host"] == "reuse.coulomb.social");
    ensure!(ingress["spec"]["tls"][0] == json!({"hosts": ["reuse.coulomb.social"], "secretName": "reuse-surface-tls"}));

    let middlewares: Vec<String> = of_kind(&objects, "Middleware").into_iter().map(name).collect();
    let annotation = "traefik.ingress.kubernetes.io/router.middlewares";
    let referred = ingress["metadata"]["annotations"][annotation].as_str().context("no middlewares")?;
    let referred: Vec<String> = referred
        .split(',')
        .map(|it| it.replace("reuse-surface-reuse-surface-", "Middleware/reuse-surface-").replace("@kubernetescrd", ""))
        .collect();
    ensure!(referred.len() == 4 && referred.iter().all(|it| middlewares.contains(it)), "{referred:?} {middlewares:?}");

    // The limit for one address is lower than for all, for reads and writes.
    let in_flight = |suffix: &str| -> Result<Value> {
        let found = of_kind(&objects, "Middleware").into_iter().find(|it| name(it).ends_with(suffix));
        Ok(found.context("no limit")?["spec"]["inFlightReq"].clone())
    };
    let (one, all) = (in_flight("-per-client")?, in_flight("-in-flight")?);
    ensure!(
        one["amount"].as_u64().is_some_and(|amount| 0 < amount && amount * 4 <= all["amount"].as_u64().unwrap_or(0))
    );
    ensure!(
        one["sourceCriterion"] == json!({"ipStrategy": {"depth": 0}})
            && all["sourceCriterion"] == json!({"requestHost": true})
    );
    ensure!(referred.contains(&"Middleware/reuse-surface-per-client".to_owned()), "{referred:?}");

    let routes = of_kind(&objects, "IngressRoute");
    let secure = routes.iter().find(|it| texts(&it["spec"]["entryPoints"]) == ["websecure"]).context("no route")?;
    let rules = secure["spec"]["routes"].as_array().context("no rules")?;
    let used = |rule: &Value| -> Vec<String> {
        let used = rule["middlewares"].as_array().map(Vec::as_slice).unwrap_or_default();
        used.iter().filter_map(|it| Some(it["name"].as_str()?.to_owned())).collect()
    };
    ensure!(rules[0]["match"] == "Host(`reuse.coulomb.social`) && Path(`/metrics`)");
    ensure!(
        used(&rules[0]) == ["reuse-surface-nobody"] && rules[0]["priority"].as_u64() > rules[1]["priority"].as_u64()
    );
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        ensure!(rules[1]["match"].as_str().unwrap_or_default().contains(&format!("Method(`{method}`)")));
    }
    ensure!(
        ["reuse-surface-body", "reuse-surface-per-client"].iter().all(|it| used(&rules[1]).contains(&(*it).to_owned()))
    );
    // Agents use POST, and many may share one address.
    let reads: Vec<&str> =
        rules[1]["match"].as_str().unwrap_or_default().split('`').filter(|it| it.starts_with('/')).collect();
    // A check may fetch, and its body may be large.
    let in_code: Vec<&str> = paths::POSTED_READS.into_iter().filter(|path| *path != paths::CHECK).collect();
    ensure!(reads == in_code, "{reads:?}, in the code {in_code:?}");
    let body =
        of_kind(&objects, "Middleware").into_iter().find(|it| name(it).ends_with("-body")).context("no limit")?;
    ensure!(body["spec"]["buffering"]["maxRequestBodyBytes"] == 1024 * 1024, "the largest body that the hub reads");
    // Without Traefik, none of its objects is rendered.
    let plain = render(&["--set", "ingress.traefik.enabled=false"])?;
    ensure!(!serde_json::to_string(&plain)?.contains("traefik.io"));
    Ok(())
}
