//! `reuse-surface hub upstream set`.

use super::describe::describe;
use crate::args::UpstreamSet;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::upstreams::Upstream;
use serde_json::json;

pub(super) async fn run(args: &UpstreamSet, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let body = json!({ "url": args.url, "transitive": args.transitive });
    let answer = client.send(Request::put(paths::UPSTREAM).named(&args.name).json(body)).await?;
    let upstream: Upstream = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &upstream))?;
    output.note("the hub is now following it: see `reuse-surface hub upstream show`");
    Ok(Exit::Done)
}
