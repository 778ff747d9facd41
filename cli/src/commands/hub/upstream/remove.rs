//! `reuse-surface hub upstream remove`.

use crate::args::UpstreamRemove;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use serde_json::json;

pub(super) async fn run(args: &UpstreamRemove, client: &Client, output: &Output) -> Result<Exit, Failure> {
    client.send(Request::delete(paths::UPSTREAM).named(&args.name)).await?;
    // The hub sends no content; JSON output is still an object, as for every other command.
    let value = json!({ "name": args.name, "removed": true });
    output
        .result(&value, |text| text.line(format!("removed {}, and the sources that came from it alone", args.name)))?;
    Ok(Exit::Done)
}
