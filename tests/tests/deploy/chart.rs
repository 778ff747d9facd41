//! The chart renders, and Kubernetes would accept the result.

use super::rendered::{CHART, VARIANTS, containers, name, of_kind, pod, render};
use super::tools::{helm, output, python, refusal};
use anyhow::{Context as _, Result, ensure};
use std::collections::HashSet;

/// The oldest and the newest supported Kubernetes release. The newest is the newest that `kubernetes-validate` knows.
const RELEASES: [&str; 2] = ["1.30", "1.37"];

/// Kinds that are installed by an operator, for which there is no schema here.
const CUSTOM: [&str; 3] = ["traefik.io/v1alpha1", "monitoring.coreos.com/v1", "postgresql.cnpg.io/v1"];

#[test]
fn helm_finds_nothing_to_complain_of() -> Result<()> {
    for (_, arguments) in VARIANTS {
        output(helm()?.args(["lint", "--strict", CHART]).args(arguments))?;
    }
    Ok(())
}

#[test]
fn every_object_is_one_of_kubernetes() -> Result<()> {
    let folder = tempfile::TempDir::new()?;
    let mut files = Vec::new();
    for (number, (_, arguments)) in VARIANTS.into_iter().enumerate() {
        for (position, object) in render(arguments)?.into_iter().enumerate() {
            let version = object["apiVersion"].as_str().unwrap_or_default();
            if CUSTOM.contains(&version) {
                continue;
            }
            let file = folder.path().join(format!("{number}-{position}.json"));
            std::fs::write(&file, object.to_string())?;
            files.push(file);
        }
    }
    ensure!(files.len() > 40, "{}", files.len());
    for release in RELEASES {
        output(python("kubernetes-validate").args(["--strict", "--no-warn", "-k", release]).args(&files))?;
    }
    Ok(())
}

#[test]
fn no_two_objects_have_one_name() -> Result<()> {
    for (variant, arguments) in VARIANTS {
        let objects = render(arguments)?;
        let names: HashSet<String> = objects.iter().map(name).collect();
        ensure!(names.len() == objects.len(), "{variant}: {names:?}");
    }
    Ok(())
}

#[test]
fn names_stay_within_their_limits_for_a_long_release() -> Result<()> {
    let release = "r".repeat(53);
    let rendered = output(helm()?.args([
        "template",
        &release,
        CHART,
        "--set",
        "host=spin,mirrors.replicas=2,database.cluster.enabled=true,database.cluster.maxConnections=778",
    ]))?;
    for object in super::tools::documents(&rendered)? {
        // Kubernetes appends 11 characters to the name of a CronJob; names of Services and labels have at most 63 characters.
        let limit = if object["kind"] == "CronJob" { 52 } else { 63 };
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        ensure!(name.len() <= limit, "{name}");
    }
    Ok(())
}

#[test]
fn misspelt_and_dangerous_values_are_refused() -> Result<()> {
    for (value, complaint) in [
        ("replicas=2", "replicas"),
        ("mirrors.replicas=-1", "/mirrors/replicas"),
        ("image.tag=latest", "/image/tag"),
        ("host=nginx", "/host"),
        ("ingress.hots=x", "hots"),
        ("networkPolicy.sourcePorts[0]=70000", "/networkPolicy/sourcePorts/0"),
        ("secret.value=s3cret", "value"),
        ("backup.jobs.daily=often", "/backup/jobs/daily"),
        ("publicUrl=https://example.org/", "/publicUrl"),
    ] {
        let said = refusal(helm()?.args(["template", "reuse-surface", CHART, "--set", value]))?;
        ensure!(said.contains(complaint), "{value}: {said}");
    }
    Ok(())
}

#[test]
fn the_key_of_the_log_comes_from_a_secret_under_either_host() -> Result<()> {
    for (host, variable) in [("host=serve", "REUSE_SURFACE_LOG_KEY"), ("host=spin", "SPIN_VARIABLE_LOG_KEY")] {
        let objects = render(&["--set", host, "--set", "logKeySecret.name=log"])?;
        let of_hub = |objects: &[serde_json::Value]| {
            let hub = of_kind(objects, "StatefulSet").into_iter().next()?;
            let set = containers(pod(hub)?)[0]["env"].as_array()?.clone();
            Some(set.into_iter().find(|it| it["name"] == variable))
        };
        let from = serde_json::json!({"secretKeyRef": {"name": "log", "key": "REUSE_SURFACE_LOG_KEY"}});
        let set = of_hub(&objects).context("no hub")?.context("no variable")?;
        ensure!(set["valueFrom"] == from, "{set}");
        ensure!(of_hub(&render(&["--set", host])?).context("no hub")?.is_none(), "without a key, it is not set");
    }
    Ok(())
}

#[test]
fn every_value_is_described() -> Result<()> {
    let readme = super::tools::read("deploy/helm/reuse-surface/README.md")?;
    let values = super::tools::documents(&super::tools::read("deploy/helm/reuse-surface/values.yaml")?)?;
    let mut paths = Vec::new();
    collect(&values[0], "", &mut paths);
    let missing: Vec<&String> = paths.iter().filter(|path| !readme.contains(&format!("`{path}`"))).collect();
    ensure!(missing.is_empty(), "README.md does not name {missing:?}");
    Ok(())
}

/// Collects the paths of all values. Maps with keys chosen by the user, such as labels and jobs, count as one value.
fn collect(value: &serde_json::Value, path: &str, into: &mut Vec<String>) {
    const WHOLE: [&str; 11] = [
        "logKeySecret",
        "resources",
        "mirrors.resources",
        "database.urlSecret",
        "database.caSecret",
        "database.cluster.resources",
        "database.cluster.backup",
        "database.cluster.storageClass",
        "backup.jobs",
        "ingress.traefik.rate",
        "ingress.traefik.writes",
    ];
    match value.as_object() {
        Some(map) if !map.is_empty() && !WHOLE.contains(&path) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(value, &path, into);
            }
        }
        _ => into.push(path.to_owned()),
    }
}
