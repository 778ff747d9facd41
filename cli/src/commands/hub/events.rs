//! `reuse-surface hub events`.

use super::words::changes;
use crate::args::Events;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output};
use api::events::{Event, EventsQuery};
use serde_json::json;

pub(super) async fn run(args: &Events, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let query = EventsQuery {
        repo: args.repo.clone(),
        actor: args.actor.clone(),
        action: args.action.clone(),
        ..EventsQuery::default()
    };
    let list = client::events(client, query, usize::try_from(args.limit).unwrap_or(usize::MAX)).await?;
    let events = &list.items;
    output.result(&json!({ "events": list.raw, "next": list.next }), |text| {
        if !events.is_empty() {
            let header = ["NUMBER", "AT", "ACTOR", "ACTION", "SUBJECT", "REVISION", "CHANGED"];
            text.table(header, events.iter().map(row));
        }
    })?;
    match events.len() {
        0 => output.note("no event matches"),
        shown if list.next.is_some() => output.note(&format!("the newest {shown}: set a higher --limit for more")),
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
        changes(event).join(", ").into(),
    ]
}
