//! The workflow.

use super::tools::{documents, output, python, read};
use anyhow::{Result, ensure};
use serde_json::Value;

const WORKFLOW: &str = ".gitea/workflows/ci.yml";

#[test]
fn it_is_a_valid_workflow() -> Result<()> {
    output(python("check-jsonschema").args(["--builtin-schema", "vendor.github-workflows", WORKFLOW])).map(drop)
}

#[test]
fn actions_are_pinned_and_secrets_are_names() -> Result<()> {
    let text = read(WORKFLOW)?;
    let workflow = &documents(&text)?[0];
    let steps: Vec<&Value> = workflow["jobs"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, job)| job["steps"].as_array().map(Vec::as_slice).unwrap_or_default())
        .collect();
    ensure!(steps.len() > 8, "{}", steps.len());
    for action in steps.iter().filter_map(|step| step["uses"].as_str()) {
        let version = action.split_once('@').map(|(_, version)| version).unwrap_or_default();
        ensure!(!["", "main", "master", "latest", "stable"].contains(&version), "{action}");
    }
    for line in text.lines().filter(|line| line.contains("password") || line.contains("TOKEN") || line.contains("_KEY"))
    {
        let is_value = line.contains(": ") && !line.trim_start().starts_with('#') && !line.contains("echo");
        let is_named = line.contains("${{ secrets.") || line.contains("env://") || line.contains("for-this-step-alone");
        ensure!(!is_value || is_named, "{line}");
    }
    Ok(())
}

#[test]
fn it_tests_before_it_builds_and_pushes_on_a_tag_alone() -> Result<()> {
    let workflow = &documents(&read(WORKFLOW)?)?[0];
    let image = &workflow["jobs"]["image"];
    ensure!(image["needs"] == "test" && image["if"] == "startsWith(github.ref, 'refs/tags/v')");
    let runs = workflow["jobs"]["test"]["steps"].to_string();
    ensure!(runs.contains(".ci/run") && !runs.contains("push"));
    Ok(())
}
