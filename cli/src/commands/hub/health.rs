//! `reuse-surface hub health`.

use crate::args;
use crate::client::{Client, Request, healthy};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};
use api::health::Health;
use api::paths;

pub(super) async fn run(args: &args::Health, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let path = if args.live { paths::LIVE } else { paths::HEALTH };
    let answer = client.send(Request::get(path)).await?;
    let health: Health = answer.shape()?;
    let tone = if health.is_ok() { Tone::Good } else { Tone::Bad };
    output.result(&answer.body, |text| {
        text.fields([
            ("status", Some(Cell::toned(&health.status, tone))),
            ("version", Some(health.version.as_str().into())),
            ("revision", health.revision.map(Cell::from)),
        ]);
    })?;
    healthy(&health)?;
    Ok(Exit::Done)
}
