//! The SpinApp.

use super::rendered::{name, of_kind};
use super::tools::{documents, kubectl, output, read};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

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
    // Where the image has it, and the version of the chart.
    let dockerfile = read("Dockerfile")?;
    ensure!(app["spec"]["image"] == "/app/spin.toml" && dockerfile.contains(r#""--from", "/app/spin.toml""#));
    let chart = &documents(&read("deploy/helm/reuse-surface/Chart.yaml")?)?[0];
    let version = chart["appVersion"].as_str().context("no appVersion")?;
    let image = json!(format!("gitea.coulomb.social/coulomb/reuse-surface:{version}-spin"));
    ensure!(executor["spec"]["deploymentConfig"]["spinImage"] == image);
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
    ensure!(read("runtime-config.toml")?.contains("path = \"/data/"), "the volume is mounted at /data");
    Ok(())
}
