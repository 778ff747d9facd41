//! `reuse-surface hub catalogue show`.

use super::describe::describe;
use crate::args::CatalogueName;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::catalogues::Catalogue;
use api::paths;

pub(super) async fn run(args: &CatalogueName, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::get(paths::CATALOGUE).named(&args.name)).await?;
    let catalogue: Catalogue = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &catalogue))?;
    Ok(Exit::Done)
}
