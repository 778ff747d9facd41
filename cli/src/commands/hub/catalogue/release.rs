//! `reuse-surface hub catalogue release`.

use super::describe::describe;
use crate::args::CatalogueRelease;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::catalogues::Catalogue;
use api::paths;

pub(super) async fn run(args: &CatalogueRelease, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::post(paths::CATALOGUE_RELEASE).named(&args.name)).await?;
    let catalogue: Catalogue = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &catalogue))?;
    output.note(&format!("released the listing of {}; the hub is now reading it again", args.name));
    Ok(Exit::Done)
}
