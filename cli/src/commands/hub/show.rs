//! `reuse-surface hub show`.

use super::registration;
use crate::args::Show;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;

pub(super) async fn run(args: &Show, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::get(paths::REPO).named(&args.repo)).await?;
    registration::show(&answer, output)?;
    Ok(Exit::Done)
}
