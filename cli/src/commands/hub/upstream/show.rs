//! `reuse-surface hub upstream show`.

use super::describe::describe;
use crate::args::UpstreamName;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::upstreams::Upstream;

pub(super) async fn run(args: &UpstreamName, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::get(paths::UPSTREAM).named(&args.name)).await?;
    let upstream: Upstream = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &upstream))?;
    Ok(Exit::Done)
}
