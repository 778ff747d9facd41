//! `reuse-surface hub release`.

use super::report;
use crate::args::Release;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::refresh::{Refreshed, ReleaseQuery};

pub(super) async fn run(args: &Release, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client
        .send(Request::post(paths::RELEASE).named(&args.repo).query(&ReleaseQuery { digest: args.digest.clone() }))
        .await?;
    let released: Refreshed = answer.shape()?;
    output.result(&answer.body, |text| {
        report::describe(text, released.revision, released.published, std::slice::from_ref(&released.source));
    })?;
    output.note(&format!("released {}", args.repo));
    Ok(Exit::Done)
}
