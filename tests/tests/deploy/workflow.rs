//! The CI workflow.

use super::tools::{documents, output, python, read};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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

#[test]
fn the_long_forms_run_every_week_and_the_tests_of_the_last_release_on_a_tag() -> Result<()> {
    let workflow = &documents(&read(WORKFLOW)?)?[0];
    // YAML 1.1 reads the key `on` as true.
    ensure!(workflow["true"]["schedule"][0]["cron"].is_string(), "{}", workflow["true"]);
    let long = &workflow["jobs"]["long"];
    ensure!(long["if"] == "github.event_name == 'schedule'");
    // It runs what the page on reliability says.
    let page = read("docs/reliability.md")?;
    let (_, block) = page.split_once("```sh\nexport ").context("no commands")?;
    let (variables, commands) = block.split_once('\n').context("no commands")?;
    let set = long["env"].as_object().context("no variables")?.iter().map(|(name, value)| format!("{name}={value}"));
    let set: BTreeSet<String> = set.collect();
    let said: BTreeSet<String> = variables.split(' ').map(str::to_owned).collect();
    ensure!(set == said, "{set:?} {said:?}");
    let steps = long["steps"].as_array().context("no steps")?;
    for command in commands.lines().take_while(|line| *line != "```") {
        ensure!(steps.iter().any(|step| step["run"] == command), "{command}");
    }
    let steps = workflow["jobs"]["test"]["steps"].as_array().context("no steps")?;
    ensure!(steps[0]["with"]["fetch-depth"] == 0, "without a history there is no last release");
    let earlier =
        steps.iter().find(|step| step["run"].to_string().contains("cargo xtask earlier")).context("no step")?;
    ensure!(earlier["if"] == "startsWith(github.ref, 'refs/tags/v')");
    Ok(())
}
