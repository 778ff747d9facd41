//! Renders the chart and reads its objects.

use super::tools::{documents, helm, output};
use anyhow::Result;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub const CHART: &str = "deploy/helm/reuse-surface";

/// The variants of the chart: a name, and the arguments for helm.
pub const VARIANTS: [(&str, &[&str]); 8] = [
    ("defaults", &[]),
    ("railiance01", &["--values", "deploy/helm/values/railiance01.yaml"]),
    ("spin", &["--values", "deploy/helm/values/spin.yaml"]),
    (
        "spin on railiance01",
        &["--values", "deploy/helm/values/railiance01.yaml", "--values", "deploy/helm/values/spin.yaml"],
    ),
    ("plain ingress", &["--values", "deploy/helm/values/plain-ingress.yaml"]),
    ("mirrors", &["--set", "mirrors.replicas=2"]),
    (
        "spin with mirrors behind a plain ingress",
        &[
            "--values",
            "deploy/helm/values/spin.yaml",
            "--values",
            "deploy/helm/values/plain-ingress.yaml",
            "--set",
            "mirrors.replicas=1",
        ],
    ),
    (
        "as little as possible",
        &["--set", "ingress.enabled=false,networkPolicy.enabled=false,backup.enabled=false,image.tag=0.2.0"],
    ),
];

/// The objects of the chart with these arguments. They are cached, because many tests use the same ones.
pub fn render(arguments: &[&str]) -> Result<Vec<Value>> {
    static RENDERED: Mutex<BTreeMap<Vec<String>, Vec<Value>>> = Mutex::new(BTreeMap::new());
    let key: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let mut rendered = RENDERED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(objects) = rendered.get(&key) {
        return Ok(objects.clone());
    }
    let template = ["template", "reuse-surface", CHART, "--namespace", "reuse-surface"];
    let objects = documents(&output(helm()?.args(template).args(arguments))?)?;
    rendered.insert(key, objects.clone());
    Ok(objects)
}

/// `Kind/name`.
pub fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// The objects of a kind.
pub fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

/// The pod template of a workload, if it is one.
pub fn pod(object: &Value) -> Option<&Value> {
    match object["kind"].as_str()? {
        "StatefulSet" | "Deployment" | "Job" => Some(&object["spec"]["template"]),
        "CronJob" => Some(&object["spec"]["jobTemplate"]["spec"]["template"]),
        _ => None,
    }
}

/// The containers of a pod template.
pub fn containers(pod: &Value) -> &[Value] {
    pod["spec"]["containers"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A list of texts.
pub fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str).collect()
}
