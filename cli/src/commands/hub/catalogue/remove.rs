//! `reuse-surface hub catalogue remove`.

use crate::args::CatalogueRemove;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use serde_json::json;

pub(super) async fn run(args: &CatalogueRemove, client: &Client, output: &Output) -> Result<Exit, Failure> {
    client.send(Request::delete(paths::CATALOGUE).named(&args.name)).await?;
    // The hub sends no content; JSON output is still an object, as for every other command.
    let value = json!({ "name": args.name, "removed": true });
    output.result(&value, |text| text.line(format!("removed {}; its registrations stay", args.name)))?;
    Ok(Exit::Done)
}
