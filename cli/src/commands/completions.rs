//! `reuse-surface completions`.

use crate::args::{Cli, Completions};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use clap::CommandFactory as _;

pub(super) fn run(args: &Completions, output: &Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "reuse-surface", &mut script);
    output.raw(&script)?;
    Ok(Exit::Done)
}
