//! `reuse-surface hub changes`.

use crate::args::Changes;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};
use api::changes::Change;

pub(super) async fn run(args: &Changes, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let changes = client::changes(client, args.since, args.limit).await?;
    output.result(&changes.to_value(), |text| {
        if !changes.steps.is_empty() {
            text.table(["REVISION", "OP", "REPO", "ID"], changes.steps.iter().map(row));
        }
    })?;
    let (since, until, newest) = (args.since, changes.until, changes.newest);
    output.note(&match changes.steps.len() {
        _ if until < newest => format!("read up to revision {until} of {newest}: continue with --since {until}"),
        0 if until == since => format!("nothing newer than revision {since}"),
        _ => format!("from revision {since} to {until}"),
    });
    Ok(Exit::Done)
}

fn row(change: &Change) -> [Cell; 4] {
    let op = Cell::toned(change.op.as_str(), Tone::of_op(&change.op));
    [change.revision.into(), op, (&change.source_repo).into(), (&change.id).into()]
}
