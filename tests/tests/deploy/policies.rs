//! Rules of this project that every rendered object follows, whatever the values.

use super::rendered::{VARIANTS, containers, name, of_kind, pod, render, texts};
use super::tools::read;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

/// All objects of all variants, with the name of the variant for messages.
fn everything() -> Result<Vec<(String, Value)>> {
    let mut all = Vec::new();
    for (variant, arguments) in VARIANTS {
        all.extend(render(arguments)?.into_iter().map(|object| (format!("{variant}: {}", name(&object)), object)));
    }
    Ok(all)
}

fn pods() -> Result<Vec<(String, Value)>> {
    let pods: Vec<_> =
        everything()?.into_iter().filter_map(|(name, object)| Some((name, pod(&object)?.clone()))).collect();
    ensure!(pods.len() > VARIANTS.len());
    Ok(pods)
}

#[test]
fn no_secret_is_ever_rendered() -> Result<()> {
    for (name, object) in everything()? {
        ensure!(object["kind"] != "Secret", "{name}");
        let text = object.to_string();
        ensure!(!text.contains("stringData") && !text.contains("PLACEHOLDER"), "{name}");
    }
    for (name, pod) in pods()? {
        for variable in containers(&pod).iter().flat_map(|it| it["env"].as_array().cloned().unwrap_or_default()) {
            let is_token = variable["name"].as_str().unwrap_or_default().ends_with("TOKEN");
            ensure!(!is_token || variable["value"].is_null(), "{name}: {variable}");
        }
    }
    Ok(())
}

#[test]
fn the_token_comes_from_the_secret_that_the_values_name() -> Result<()> {
    let set = ["--set", "secret.name=other,secret.key=k"];
    let hub = render(&set)?;
    let spec = pod(of_kind(&hub, "StatefulSet")[0]).context("no pod")?["spec"].clone();
    let volumes = spec["volumes"].as_array().context("no volumes")?;
    let token = volumes.iter().find(|volume| volume["name"] == "token").context("no token")?;
    ensure!(
        token["secret"]
            == json!({"secretName": "other", "defaultMode": 0o440, "items": [{"key": "k", "path": "token"}]})
    );
    ensure!(token["secret"]["optional"].is_null(), "a hub without its token would refuse writes and look well");

    let spin = render(&[&set[..], &["--set", "host=spin"]].concat())?;
    let container = containers(pod(of_kind(&spin, "StatefulSet")[0]).context("no pod")?)[0].clone();
    let reference = json!({"secretKeyRef": {"name": "other", "key": "k"}});
    let variables = container["env"].as_array().context("no env")?;
    ensure!(variables.contains(&json!({"name": "SPIN_VARIABLE_REUSE_SURFACE_TOKEN", "valueFrom": reference})));
    Ok(())
}

#[test]
fn clients_are_told_apart_behind_the_ingress_controller_and_nobody_can_lie_without_it() -> Result<()> {
    let tells = |arguments: &[&str]| -> Result<bool> {
        let hub = render(arguments)?;
        let container = containers(pod(of_kind(&hub, "StatefulSet")[0]).context("no pod")?)[0].to_string();
        Ok(container.to_lowercase().contains("x-forwarded-for"))
    };
    ensure!(tells(&[])? && tells(&["--set", "host=spin"])?);
    ensure!(!tells(&["--set", "ingress.enabled=false"])? && !tells(&["--set", "ingress.enabled=false,host=spin"])?);
    Ok(())
}

#[test]
fn every_image_has_a_version() -> Result<()> {
    for (name, pod) in pods()? {
        for container in containers(&pod) {
            let image = container["image"].as_str().unwrap_or_default();
            let tag = image.rsplit_once('/').and_then(|(_, last)| last.split_once(':')).map(|(_, tag)| tag);
            ensure!(tag.is_some_and(|tag| !tag.is_empty() && tag != "latest"), "{name}: {image}");
        }
    }
    let digest = format!("sha256:{}", "0".repeat(64));
    let pinned = render(&["--set", &format!("image.digest={digest}")])?;
    let image = &containers(pod(of_kind(&pinned, "StatefulSet")[0]).context("no pod")?)[0]["image"];
    ensure!(image == &json!(format!("gitea.coulomb.social/coulomb/reuse-surface@{digest}")));
    Ok(())
}

#[test]
fn every_pod_meets_the_restricted_standard_and_writes_to_its_volumes_alone() -> Result<()> {
    for (name, pod) in pods()? {
        let spec = &pod["spec"];
        let security = &spec["securityContext"];
        ensure!(security["runAsNonRoot"] == true && security["runAsUser"] == 65532, "{name}");
        ensure!(security["seccompProfile"]["type"] == "RuntimeDefault", "{name}");
        ensure!(spec["automountServiceAccountToken"] == false && spec["enableServiceLinks"] == false, "{name}");
        for forbidden in ["hostNetwork", "hostPID", "hostIPC"] {
            ensure!(spec[forbidden].is_null(), "{name}: {forbidden}");
        }
        for volume in spec["volumes"].as_array().map(Vec::as_slice).unwrap_or_default() {
            ensure!(volume["hostPath"].is_null(), "{name}: {volume}");
        }
        for container in containers(&pod) {
            let security = &container["securityContext"];
            let expected = json!({
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
            });
            ensure!(security == &expected, "{name}: {security}");
            let resources = &container["resources"];
            ensure!(resources["limits"]["memory"].is_string() && resources["requests"]["cpu"].is_string(), "{name}");
        }
    }
    Ok(())
}

#[test]
fn the_hub_is_probed_and_kept_alive_without_its_sources_and_its_disk() -> Result<()> {
    for (variant, arguments) in VARIANTS {
        let objects = render(arguments)?;
        let container = containers(pod(of_kind(&objects, "StatefulSet")[0]).context("no pod")?)[0].clone();
        let path = |probe: &str| container[probe]["httpGet"]["path"].as_str().unwrap_or_default().to_owned();
        ensure!(path("livenessProbe") == "/health/live", "{variant}");
        ensure!(path("readinessProbe") == "/health/live" && path("startupProbe") == "/health/live", "{variant}");
        let number = |key: &str| container["startupProbe"][key].as_u64().unwrap_or_default();
        ensure!(number("periodSeconds") * number("failureThreshold") >= 120, "{variant}: Spin compiles at its start");
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            ensure!(container[probe]["httpGet"]["port"] == "http", "{variant}: {probe}");
        }
    }
    Ok(())
}

#[test]
fn there_is_one_writer_and_its_data_outlives_the_release() -> Result<()> {
    for (variant, arguments) in VARIANTS {
        let objects = render(arguments)?;
        let hub = of_kind(&objects, "StatefulSet");
        ensure!(hub.len() == 1 && hub[0]["spec"]["replicas"] == 1, "{variant}");
        ensure!(hub[0]["spec"]["podManagementPolicy"] == "Parallel", "{variant}: a broken pod would stay");
        for kind in ["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget"] {
            // Mirrors have databases of their own. A budget for the hub would keep its node from being drained.
            let found = of_kind(&objects, kind);
            ensure!(found.iter().all(|it| it["metadata"]["name"] == "reuse-surface-mirror"), "{variant}: {kind}");
        }
        ensure!(
            hub[0]["spec"]["persistentVolumeClaimRetentionPolicy"]
                == json!({"whenDeleted": "Retain", "whenScaled": "Retain"})
        );
        for claim in of_kind(&objects, "PersistentVolumeClaim") {
            ensure!(claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep", "{variant}");
        }
    }
    Ok(())
}

/// Maximum duration of a shutdown of `serve` in seconds: docs/decisions/0045-shutdown.md.
const SHUTDOWN: u64 = 27;

#[test]
fn a_pod_that_ends_has_time_for_what_it_was_asked() -> Result<()> {
    for (variant, arguments) in VARIANTS {
        let objects = render(arguments)?;
        let pod = pod(of_kind(&objects, "StatefulSet")[0]).context("no pod")?;
        let before = containers(pod)[0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().context("no pause")?;
        let grace = pod["spec"]["terminationGracePeriodSeconds"].as_u64().unwrap_or_default();
        // Spin aborts requests in flight as soon as it is signalled.
        ensure!(before >= if variant.starts_with("spin") { SHUTDOWN - 2 } else { 5 });
        ensure!(before >= 5 && grace >= before + SHUTDOWN + 5, "{variant}: {grace} s, of which {before} s before");
    }
    Ok(())
}

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
fn backups_are_made_beside_the_hub_from_its_own_volume() -> Result<()> {
    let objects = render(&[])?;
    let jobs = of_kind(&objects, "CronJob");
    ensure!(jobs.len() == 3);
    for job in jobs {
        let pod = pod(job).context("no pod")?;
        let volumes = pod["spec"]["volumes"].as_array().context("no volumes")?;
        ensure!(volumes[0]["persistentVolumeClaim"]["claimName"] == "data-reuse-surface-0");
        let affinity = &pod["spec"]["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0];
        ensure!(affinity["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == "hub");
        ensure!(affinity["topologyKey"] == "kubernetes.io/hostname");
        ensure!(job["spec"]["concurrencyPolicy"] == "Forbid");
    }
    ensure!(of_kind(&render(&["--set", "backup.enabled=false"])?, "CronJob").is_empty());
    Ok(())
}

#[test]
fn spin_gets_a_job_in_the_place_of_a_timer_and_serve_gets_none() -> Result<()> {
    let refresh =
        |objects: &[Value]| of_kind(objects, "CronJob").iter().filter(|job| name(job).ends_with("-refresh")).count();
    ensure!(refresh(&render(&[])?) == 0 && refresh(&render(&["--set", "host=spin"])?) == 1);
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
    let v4 = &egress[1]["to"][0]["ipBlock"];
    ensure!(v4["cidr"] == "0.0.0.0/0");
    let except = texts(&v4["except"]);
    for network in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"] {
        ensure!(except.contains(&network), "{network}");
    }
    // Only globally routable IPv6, without the ranges that map to IPv4 addresses.
    let v6 = &egress[1]["to"][1]["ipBlock"];
    ensure!(v6["cidr"] == "2000::/3" && texts(&v6["except"]).contains(&"2002::/16"));

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
    ensure!(rules[1]["match"].as_str().unwrap_or_default().contains("!Path(`/mcp`)"));
    let body =
        of_kind(&objects, "Middleware").into_iter().find(|it| name(it).ends_with("-body")).context("no limit")?;
    ensure!(body["spec"]["buffering"]["maxRequestBodyBytes"] == 1024 * 1024, "the largest body that the hub reads");
    // Without Traefik, none of its objects is rendered.
    let plain = render(&["--set", "ingress.traefik.enabled=false"])?;
    ensure!(!serde_json::to_string(&plain)?.contains("traefik.io"));
    Ok(())
}
