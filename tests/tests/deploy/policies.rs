//! Rules of this project that every rendered object follows, whatever the values.

use super::rendered::{VARIANTS, containers, name, of_kind, pod, render};
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

pub(super) fn pods() -> Result<Vec<(String, Value)>> {
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
