//! `reuse-surface hub release`.

use super::report;
use crate::args::Release;
use crate::client::{Client, Refreshed, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(args: &Release, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client
        .send(Request::post(&["v1", "repos", &args.repo, "release"]).query("digest", args.digest.as_ref()))
        .await?;
    let released: Refreshed = answer.shape()?;
    output.result(&answer.body, |text| {
        report::describe(text, released.revision, released.published, std::slice::from_ref(&released.source));
    })?;
    output.note(&format!("released {}", args.repo));
    Ok(Exit::Done)
}
