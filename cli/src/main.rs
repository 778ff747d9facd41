//! `reuse-surface`: the command line of the federation hub, for maintainers, CI and operators.

mod args;
mod client;
mod clock;
mod commands;
mod embedded;
mod env;
mod exit;
mod failure;
mod fetch;
mod git;
mod input;
mod offline;
mod output;
#[cfg(test)]
mod reference;

use crate::output::Output;
use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return output::help_or_usage(answer).into(),
    };
    let output = Output::new(&cli.global);
    match commands::run(&cli, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}
