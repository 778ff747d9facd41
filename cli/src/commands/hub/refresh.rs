//! `reuse-surface hub refresh`.

use super::report;
use crate::args::Refresh;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::refresh::Refreshed;

pub(super) async fn run(args: &Refresh, client: &Client, output: &Output) -> Result<Exit, Failure> {
    output.progress("the hub is fetching the index …");
    let answer = client.send(Request::post(paths::REFRESH).named(&args.repo)).await?;
    let refreshed: Refreshed = answer.shape()?;
    output.result(&answer.body, |text| {
        report::describe(text, refreshed.revision, refreshed.published, std::slice::from_ref(&refreshed.source));
    })?;
    report::judge(std::slice::from_ref(&refreshed.source))
}
