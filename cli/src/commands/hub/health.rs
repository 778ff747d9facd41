//! `reuse-surface hub health`.

use crate::args;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};
use api::health::Health;
use api::paths;

pub(super) async fn run(args: &args::Health, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let path = if args.live { paths::LIVE } else { paths::HEALTH };
    let answer = client.send(Request::get(path)).await?;
    let health: Health = answer.shape()?;
    let tone = if health.status == "ok" { Tone::Good } else { Tone::Bad };
    output.result(&answer.body, |text| {
        text.fields([
            ("status", Some(Cell::toned(&health.status, tone))),
            ("version", Some(health.version.as_str().into())),
            ("revision", health.revision.map(Cell::from)),
        ]);
    })?;
    if health.status == "ok" {
        return Ok(Exit::Done);
    }
    Err(Failure::new(Exit::Refused, format!("the hub reports its status as `{}`, not `ok`", health.status))
        .hint("see the hub's log, or contact the operator of the hub"))
}
