//! The SpinApp.

use super::rendered::{name, of_kind};
use super::tools::{documents, kubectl, output, read};
use anyhow::{Context as _, Result, ensure};
use runtime::networks_never_reached;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The fields of a SpinApp's and a SpinAppExecutor's `spec` in core.spinkube.dev/v1alpha1 that are used here.
const APP: [&str; 9] =
    ["image", "executor", "replicas", "runtimeConfig", "variables", "checks", "resources", "volumes", "volumeMounts"];
const EXECUTOR: [&str; 2] = ["createDeployment", "deploymentConfig"];

#[test]
fn the_application_is_the_one_inside_the_executors_image() -> Result<()> {
    let objects = documents(&output(kubectl()?.args(["kustomize", "deploy/spinkube"]))?)?;
    let fields = |object: &Value| -> Vec<String> {
        object["spec"].as_object().map(|spec| spec.keys().cloned().collect()).unwrap_or_default()
    };
    let app = of_kind(&objects, "SpinApp")[0];
    let executor = of_kind(&objects, "SpinAppExecutor")[0];
    ensure!(fields(app).iter().all(|field| APP.contains(&field.as_str())), "{:?}", fields(app));
    ensure!(fields(executor).iter().all(|field| EXECUTOR.contains(&field.as_str())), "{:?}", fields(executor));

    ensure!(app["spec"]["executor"] == executor["metadata"]["name"] && app["spec"]["replicas"] == 1);
    // The path in the image, and the version of the chart.
    let dockerfile = read("Dockerfile")?;
    ensure!(app["spec"]["image"] == "/app/spin.toml" && dockerfile.contains(r#""--from", "/app/spin.toml""#));
    let chart = &documents(&read("deploy/helm/reuse-surface/Chart.yaml")?)?[0];
    let version = chart["appVersion"].as_str().context("no appVersion")?;
    let image = json!(format!("gitea.coulomb.social/coulomb/reuse-surface:{version}-spin"));
    ensure!(executor["spec"]["deploymentConfig"]["spinImage"] == image);
    Ok(())
}

/// A configuration file of Spin, as far as it is used here: tables of strings, numbers, booleans and lists of strings.
fn tables(path: &str) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let text = read(path)?;
    let plain: Vec<&str> = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    let (mut table, mut lines) = (String::new(), plain.into_iter());
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = name.to_owned();
        } else if let Some((key, value)) = line.split_once(" = ") {
            let mut value = value.to_owned();
            while value.starts_with('[') && !value.ends_with(']') {
                value += lines.next().context("a list without an end")?;
            }
            tables.entry(table.clone()).or_default().insert(key.to_owned(), value);
        }
    }
    Ok(tables)
}

#[test]
fn spin_keeps_no_connections_and_reaches_no_private_network_wherever_it_runs() -> Result<()> {
    let (anybodys, mut images) = (tables("runtime-config.toml")?, tables("deploy/spin/runtime-config.toml")?);
    // 64 idle connections in its pool would block all other hosts.
    let fetching = anybodys.get("outbound_http").context("no table")?;
    ensure!(
        fetching.len() == 1 && fetching.get("connection_pooling").is_some_and(|value| value == "false"),
        "{fetching:?}"
    );
    let blocked = anybodys.get("outbound_networking").and_then(|it| it.get("block_networks")).context("no networks")?;
    // Besides translated and multicast addresses in IPv6, what `serve` never reaches either; "private" covers its private networks.
    let blocked: BTreeSet<&str> = blocked.split('"').skip(1).step_by(2).collect();
    let others = ["private", "64:ff9b::/96", "64:ff9b:1::/48", "ff00::/8"];
    let expected: BTreeSet<&str> = networks_never_reached().chain(others).collect();
    ensure!(blocked == expected, "{blocked:?}, expected {expected:?}");
    // Only the image uses absolute paths, which an ordinary user could not create.
    ensure!(!format!("{anybodys:?}").contains("/data") && anybodys.len() == 2, "{anybodys:?}");
    let database = images.remove("sqlite_database.default").context("no database")?;
    ensure!(database.get("path").is_some_and(|path| path == "\"/data/reuse-surface.db\""), "{database:?}");
    ensure!(images.remove("").is_some_and(|top| top.get("state_dir").is_some_and(|folder| folder == "\"\"")));
    ensure!(anybodys == images, "the rest is the same");
    Ok(())
}

#[test]
fn spin_watch_notices_every_file_of_the_component() -> Result<()> {
    let manifest = read("hub-component/Cargo.toml")?;
    let own = manifest.split("[dev-dependencies]").next().unwrap_or_default();
    let members: Vec<&str> = own.lines().filter_map(|line| line.strip_suffix(".workspace = true")).collect();
    let workspace = read("Cargo.toml")?;
    let paths = members.into_iter().filter(|name| workspace.contains(&format!("\n{name} = {{ path = \"{name}\"")));
    let paths: Vec<&str> = paths.chain(["hub-component"]).collect();
    ensure!(paths.len() > 2, "{paths:?}");
    let spin = read("spin.toml")?;
    for path in paths {
        for file in ["Cargo.toml", "src/**/*"] {
            ensure!(spin.contains(&format!("\n    \"{path}/{file}\",\n")), "spin.toml does not watch {path}/{file}");
        }
    }
    Ok(())
}

#[test]
fn spin_up_as_documented_uses_the_flags_of_the_image() -> Result<()> {
    let (image, readme, manifest) = (read("Dockerfile")?, read("README.md")?, read("spin.toml")?);
    let fast = ["--max-instance-reuse-count 10000", "--idle-instance-timeout 60s"];
    for flag in fast {
        let in_image = flag.replace(' ', "\", \"");
        ensure!(image.contains(&in_image), "the image lacks {flag}");
        for text in [&readme, &manifest] {
            let ups = text.lines().filter(|line| line.contains("spin up ")).count();
            ensure!(ups > 0 && text.matches(flag).count() == ups, "{flag}");
        }
    }
    Ok(())
}

#[test]
fn variables_are_those_of_the_manifest_and_the_token_is_a_reference() -> Result<()> {
    let objects = documents(&output(kubectl()?.args(["kustomize", "deploy/spinkube"]))?)?;
    let app = of_kind(&objects, "SpinApp")[0];
    let manifest = read("spin.toml")?;
    for variable in app["spec"]["variables"].as_array().context("no variables")? {
        let name = variable["name"].as_str().context("no name")?;
        ensure!(manifest.contains(&format!("\n{name} = {{ default")), "{name} is no variable of spin.toml");
        if name.ends_with("token") {
            let secret = json!({"secretKeyRef": {"name": "reuse-surface-env", "key": "REUSE_SURFACE_TOKEN"}});
            ensure!(variable["valueFrom"] == secret && variable["value"].is_null());
        }
    }
    let claim = &app["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"];
    ensure!(
        objects
            .iter()
            .any(|object| name(object) == format!("PersistentVolumeClaim/{}", claim.as_str().unwrap_or_default()))
    );
    ensure!(app["spec"]["checks"]["liveness"]["httpGet"]["path"] == "/health/live");
    ensure!(read("deploy/spin/runtime-config.toml")?.contains("path = \"/data/"), "the volume is mounted at /data");
    Ok(())
}
