//! `reuse-surface hub deregister`.

use super::conflict;
use crate::args::Deregister;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use serde_json::json;

pub(super) async fn run(args: &Deregister, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let request = Request::delete(paths::REPO).named(&args.repo).if_match(args.if_match.as_deref());
    if let Err(error) = client.send(request).await {
        return Err(conflict::explained(error, &args.repo, None, client).await);
    }
    // The hub sends no content; JSON output is still an object, as for every other command.
    let value = json!({ "repo": args.repo, "deregistered": true });
    output.result(&value, |text| text.line(format!("deregistered {}", args.repo)))?;
    Ok(Exit::Done)
}
