//! `reuse-surface hub token revoke`.

use crate::args::TokenRevoke;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use serde_json::json;

pub(super) async fn run(args: &TokenRevoke, client: &Client, output: &Output) -> Result<Exit, Failure> {
    client.send(Request::delete(paths::TOKEN).named(&args.name)).await?;
    // The hub sends no content; JSON output is still an object, as for every other command.
    let value = json!({ "name": args.name, "revoked": true });
    output.result(&value, |text| text.line(format!("revoked {}", args.name)))?;
    Ok(Exit::Done)
}
