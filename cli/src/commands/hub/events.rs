//! `reuse-surface hub events`.

use crate::args::Events;
use crate::client::{self, Client, Event, EventFilter};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output};

pub(super) async fn run(args: &Events, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let filter =
        EventFilter { repo: args.repo.as_deref(), actor: args.actor.as_deref(), action: args.action.as_deref() };
    let (value, events) = client::events(client, &filter, args.limit).await?;
    output.result(&value, |text| {
        if !events.is_empty() {
            let header = ["NUMBER", "AT", "ACTOR", "ACTION", "SUBJECT", "REVISION", "CHANGED"];
            text.table(header, events.iter().map(row));
        }
    })?;
    match events.len() {
        0 => output.note("no event matches"),
        shown if !value["next"].is_null() => {
            output.note(&format!("the newest {shown}: give a higher --limit for more"))
        }
        _ => {}
    }
    Ok(Exit::Done)
}

fn row(event: &Event) -> [Cell; 7] {
    [
        event.number.into(),
        (&event.at).into(),
        (&event.actor).into(),
        (&event.action).into(),
        (&event.subject).into(),
        event.revision.map_or_else(|| "-".into(), Cell::from),
        event.changes().join(", ").into(),
    ]
}
