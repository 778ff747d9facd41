//! The commands, one file each.

mod backup;
mod checks;
mod completions;
mod connect;
mod doctor;
mod explain;
mod federation;
mod hub;
mod index;
mod mcp;
mod migrate;
mod mirror;
mod postgres;
mod restore;
mod serve;
mod smoke;
mod token;
mod transparency;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::failure::{Failure, TRY_AGAIN, chain};
use crate::output::Output;
use std::future::Future;

/// Runs the command that `cli` names.
pub(crate) fn run(cli: &Cli, output: &Output) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Hub(hub) => block_on(hub::run(&hub.verb, &cli.global, output)),
        Command::Federation(federation) => block_on(federation::run(&federation.verb, &cli.global, output)),
        Command::Index(index) => block_on(index::run(&index.verb, output)),
        Command::Log(log) => transparency::run_log(&log.verb, output),
        Command::Witness(witness) => block_on(transparency::run_witness(witness, &cli.global, output)),
        Command::Mcp(_) => block_on(mcp::run(&cli.global)),
        Command::Serve(serve) => serve::run(serve),
        Command::Smoke(smoke) => block_on(smoke::run(smoke, &cli.global, output)),
        Command::Doctor(_) => block_on(doctor::run(&cli.global, output)),
        Command::Explain(explain) => explain::run(explain, output),
        Command::Backup(backup) => block_on(backup::run(backup, output)),
        Command::Restore(restore) => block_on(restore::run(restore, output)),
        Command::Migrate(args) => block_on(migrate::run(args, output)),
        Command::Completions(completions) => completions::run(completions, output),
    }
}

fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(Exit::Refused, "the program cannot start its event loop").because(chain(&error)).hint(TRY_AGAIN)
    })?;
    runtime.block_on(command)
}
