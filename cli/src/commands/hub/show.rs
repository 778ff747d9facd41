//! `reuse-surface hub show`.

use super::registration::describe;
use crate::args::Show;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::repos::Repo;

pub(super) async fn run(args: &Show, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::get(paths::REPO).named(&args.repo)).await?;
    let registration: Repo<'static> = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &registration, answer.etag.as_deref()))?;
    Ok(Exit::Done)
}
