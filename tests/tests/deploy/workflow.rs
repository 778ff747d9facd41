//! The CI workflow.

use super::tools::{documents, output, python, read};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

const WORKFLOW: &str = ".gitea/workflows/ci.yml";

#[test]
fn it_is_a_valid_workflow() -> Result<()> {
    output(python("check-jsonschema").args(["--builtin-schema", "vendor.github-workflows", WORKFLOW]))?;
    // Checks expressions, inputs of actions, and action versions that runners no longer support.
    output(python("actionlint").args(["-no-color", "-shellcheck=", WORKFLOW])).map(drop)
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
        let (name, version) = action.split_once('@').unwrap_or_default();
        let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(is_commit && !name.is_empty(), "{action} is not pinned by its commit");
        ensure!(text.contains(&format!("{action} # ")), "{action} does not say its version");
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
    // The job's token can only read, and the programs that tests run never see it.
    ensure!(workflow["permissions"] == json!({"contents": "read"}));
    for job in ["test", "image"] {
        ensure!(workflow["jobs"][job]["permissions"].is_null(), "{job}");
        let steps = workflow["jobs"][job]["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        ensure!(steps[0]["with"]["persist-credentials"] == false, "{job}");
    }
    // An image is pushed only after it was started, and with its bill of materials.
    let run = |step: &Value, word: &str| step["run"].as_str().is_some_and(|run| run.contains(word));
    let steps = image["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let seen =
        steps.iter().position(|step| run(step, " smoke ") && run(step, "/usr/share/sbom/")).context("no look")?;
    let pushed = steps.iter().position(|step| step["with"]["push"] == true).context("no push")?;
    ensure!(seen < pushed);
    Ok(())
}
