//! `reuse-surface index …`.

mod validate;

use crate::args::IndexVerb;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(verb: &IndexVerb, output: &Output) -> Result<Exit, Failure> {
    match verb {
        IndexVerb::Validate(args) => validate::run(args, output).await,
    }
}
