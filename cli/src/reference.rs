//! What is written about the command line from the definitions behind `--help`: `tools/README.md` and the manual pages. `cargo xtask docs` and
//! `cargo xtask man DIR` write them by running these tests, so that the program has neither.

use crate::args::Cli;
use clap::{Arg, Command, CommandFactory as _};
use std::{env, fs};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/README.md");

const HEAD: &str = "\
# The command line

Written by `cargo xtask docs` from the definitions behind `--help`; a test checks that this page is up to date. `cargo xtask man DIR` writes the same content as
manual pages, `reuse-surface completions SHELL` prints a completion script, and `reuse-surface explain CODE` explains an error.
";

#[test]
fn the_page_is_what_the_definitions_say() {
    let written = page();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, &written).expect("the page can be written");
    }
    let page = fs::read_to_string(PAGE).expect("the page");
    let differs = page.lines().zip(written.lines()).find(|(one, other)| one != other);
    assert!(page == written, "run `cargo xtask docs`: {differs:?}");
    for part in ["## `reuse-surface hub register`", "- `--from-git`", "## Global options", "Exit codes:"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let unnamed = tempfile::tempdir().expect("a folder");
    let folder = env::var_os("MANUAL_PAGES").map_or_else(|| unnamed.path().to_owned(), Into::into);
    fs::create_dir_all(&folder).expect("the folder can be created");
    clap_mangen::generate_to(Cli::command(), &folder).expect("the pages can be written");
    for name in ["reuse-surface", "reuse-surface-hub-register", "reuse-surface-doctor", "reuse-surface-explain"] {
        assert!(folder.join(name).with_extension("1").is_file(), "{name}");
    }
    let page = fs::read_to_string(folder.join("reuse-surface-hub-register.1")).expect("a page");
    assert!(page.contains(".SH SYNOPSIS") && page.contains("from\\-git"), "{page}");
}

/// The command line as one page of Markdown.
fn page() -> String {
    let mut program = Cli::command();
    program.build();
    let mut page = HEAD.to_owned();
    if let Some(end) = program.get_after_long_help() {
        page.push_str(&format!("\n```text\n{end}\n```\n"));
    }
    page.push_str("\n## Global options\n\nThese options may appear anywhere on the command line.\n\n");
    let is_global = |arg: &&Arg| arg.is_global_set() && !arg.is_hide_set();
    program.get_arguments().filter(is_global).for_each(|arg| argument(&mut page, arg));
    for command in program.get_subcommands_mut().filter(|command| is_shown(command)) {
        add(&mut page, command);
    }
    page
}

fn is_shown(command: &Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

/// Adds the section of a command, then those of its subcommands.
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
    // Help texts end without a full stop, so it is added here.
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
