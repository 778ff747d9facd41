//! The program accepts the arguments that pods, images and documents use.

use super::rendered::{VARIANTS, containers, name, pod, render, texts};
use super::tools::read;
use anyhow::{Context as _, Result, ensure};
use std::process::Command;

/// clap reads every flag before it shows its help, so an unknown one fails.
fn understood(arguments: &[&str]) -> Result<()> {
    let output = Command::new(end_to_end::binary()).args(arguments).arg("--help").env_clear().output()?;
    ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[test]
fn the_test_itself_sees_an_unknown_flag() {
    assert!(understood(&["serve", "--no-such-flag"]).is_err() && understood(&["no-such-command"]).is_err());
}

#[test]
fn every_container_is_started_as_the_program_can_be() -> Result<()> {
    let mut seen = 0;
    for (variant, arguments) in VARIANTS {
        for object in render(arguments)? {
            for container in pod(&object).map(containers).unwrap_or_default() {
                let arguments = texts(&container["args"]);
                if !arguments.is_empty() {
                    understood(&arguments).with_context(|| format!("{variant}: {}", name(&object)))?;
                    seen += 1;
                }
            }
        }
    }
    ensure!(seen >= VARIANTS.len(), "{seen}");
    Ok(())
}

/// Checks commands within sentences; `runbook.rs` runs the blocks.
#[test]
fn every_command_of_the_documents_is_one() -> Result<()> {
    let mut seen = 0;
    for document in ["docs/deploy/README.md", "deploy/spinkube/README.md", "deploy/helm/reuse-surface/README.md"] {
        let text = read(document)?;
        let in_lines = text.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("reuse-surface "));
        for command in in_lines {
            let words: Vec<&str> = command
                .split_whitespace()
                .take_while(|word| !["|", "&", "&&", ">", "#"].contains(word) && !word.starts_with('\\'))
                .collect();
            understood(&words).with_context(|| format!("{document}: {command}"))?;
            seen += 1;
        }
    }
    ensure!(seen > 10, "{seen}");
    Ok(())
}
