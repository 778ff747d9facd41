//! `reuse-surface reference`: the command line as one page of Markdown.

use clap::{Arg, Command, CommandFactory as _};

use crate::args::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

const HEAD: &str = "\
# The command line

Written by `reuse-surface reference` from the definitions that `--help` shows; a test holds this page equal to them. Write it anew with
`UPDATE_DOCS=1 cargo test --workspace --test cli reference`. `reuse-surface man DIR` writes the same as manual pages,
`reuse-surface completions SHELL` a completion script, and `reuse-surface explain CODE` says what an error means.
";

pub(super) fn run(output: &Output) -> Result<Exit, Failure> {
    let mut program = Cli::command();
    program.build();
    let mut page = HEAD.to_owned();
    if let Some(end) = program.get_after_long_help() {
        page.push_str(&format!("\n```text\n{end}\n```\n"));
    }
    page.push_str("\n## Global options\n\nThey may stand anywhere on the command line.\n\n");
    let is_global = |arg: &&Arg| arg.is_global_set() && !arg.is_hide_set();
    program.get_arguments().filter(is_global).for_each(|arg| argument(&mut page, arg));
    for command in program.get_subcommands_mut().filter(|command| is_shown(command)) {
        add(&mut page, command);
    }
    output.raw(page.as_bytes())?;
    Ok(Exit::Done)
}

fn is_shown(command: &Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

/// The section of a command, then those of the commands beneath it.
fn add(page: &mut String, command: &mut Command) {
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    page.push_str(&format!("\n## `{name}`\n"));
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        page.push_str(&format!("\n{}\n", about.to_string().trim()));
    }
    if command.has_subcommands() {
        command.get_subcommands_mut().filter(|command| is_shown(command)).for_each(|command| add(page, command));
        return;
    }
    let usage = command.render_usage().to_string();
    page.push_str(&format!("\n```text\n{}\n```\n", usage.trim_start_matches("Usage: ").trim()));
    let own =
        |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    if command.get_arguments().any(|arg| own(&arg)) {
        page.push('\n');
        command.get_arguments().filter(own).for_each(|arg| argument(page, arg));
    }
    if let Some(end) = command.get_after_long_help() {
        page.push_str(&format!("\n```text\n{}\n```\n", end.to_string().trim()));
    }
}

fn argument(page: &mut String, arg: &Arg) {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut line = format!("- `{arg}`: ");
    // Summaries have no full stop where they stand alone.
    line.push_str(&help.split("\n\n").map(|part| part.trim().trim_end_matches('.')).collect::<Vec<_>>().join(". "));
    line.push('.');
    if let Some(short) = arg.get_short() {
        line.push_str(&format!(" Short: `-{short}`."));
    }
    let takes_value = arg.get_action().takes_values();
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if takes_value && !values.is_empty() {
        line.push_str(&format!(" One of {}.", values.join(", ")));
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
    if takes_value && !defaults.is_empty() {
        line.push_str(&format!(" Default: {}.", defaults.join(", ")));
    }
    if let Some(variable) = arg.get_env() {
        line.push_str(&format!(" Variable: `{}`.", variable.to_string_lossy()));
    }
    page.push_str(&line);
    page.push('\n');
}
