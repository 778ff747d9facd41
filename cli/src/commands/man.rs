//! `reuse-surface man`.

use std::fs;

use clap::CommandFactory as _;

use crate::args::{Cli, Man};
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use crate::output::Output;

pub(super) fn run(args: &Man, output: &Output) -> Result<Exit, Failure> {
    let written =
        fs::create_dir_all(&args.folder).and_then(|()| clap_mangen::generate_to(Cli::command(), &args.folder));
    written.map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be written", args.folder.display()))
            .because(chain(&error))
            .hint("choose a directory that you can write to")
    })?;
    output.note(&format!("wrote the manual pages to {}; read one with `man -l FILE`", args.folder.display()));
    Ok(Exit::Done)
}
