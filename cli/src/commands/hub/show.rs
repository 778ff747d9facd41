//! `reuse-surface hub show`.

use super::registration::describe;
use crate::args::Show;
use crate::client::{Client, Registration, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(args: &Show, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::get(&["v1", "repos", &args.repo])).await?;
    let registration: Registration = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &registration, answer.etag.as_deref()))?;
    Ok(Exit::Done)
}
