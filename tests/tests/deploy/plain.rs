//! The plain manifests are the chart's default output.

use super::rendered::{name, render};
use super::tools::{documents, kubectl, output};
use anyhow::{Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

/// An object without the labels that identify who applied it.
fn essence(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("namespace");
    }
    unmanaged(&mut object);
    object
}

fn unmanaged(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("app.kubernetes.io/managed-by");
            map.values_mut().for_each(unmanaged);
        }
        Value::Array(list) => list.iter_mut().for_each(unmanaged),
        _ => {}
    }
}

fn by_name(objects: Vec<Value>) -> BTreeMap<String, Value> {
    objects.into_iter().map(|object| (name(&object), essence(object))).collect()
}

#[test]
fn kustomize_makes_what_the_chart_makes() -> Result<()> {
    let built = documents(&output(kubectl()?.args(["kustomize", "deploy/kubernetes"]))?)?;
    ensure!(built.iter().all(|object| object["metadata"]["namespace"] == "reuse-surface"));
    let (plain, chart) = (by_name(built), by_name(render(&[])?));
    let names = |objects: &BTreeMap<String, Value>| objects.keys().cloned().collect::<Vec<_>>();
    ensure!(names(&plain) == names(&chart), "{:?}\n{:?}", names(&plain), names(&chart));
    for (name, object) in &chart {
        ensure!(
            &plain[name] == object,
            "{name} differs. deploy/kubernetes has\n{:#}\nand the chart makes\n{object:#}",
            plain[name]
        );
    }
    Ok(())
}
