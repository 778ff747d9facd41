//! `reuse-surface hub overlaps`.

use crate::args::Overlaps;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output};
use api::overlaps::Overlap;
use serde_json::{Value, json};

pub(super) async fn run(args: &Overlaps, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let found = client::overlaps(client, args.repo.as_deref(), args.limit as usize).await?;
    output.result(&json!(found), |text| {
        if !found.overlaps.is_empty() {
            let header = ["SCORE", "REPO", "ID", "OTHER REPO", "OTHER ID", "WORDS"];
            text.table(header, found.overlaps.iter().map(row));
        }
    })?;
    if !found.complete {
        output.note("not everything has been compared yet: run the command again later");
    } else if found.overlaps.is_empty() {
        output.note("no two capabilities of different repos seem to do the same thing");
    } else if found.next.is_some() {
        output.note(&format!("the closest {}: set a higher --limit for more", found.overlaps.len()));
    }
    Ok(Exit::Done)
}

fn row(Overlap { score, words, capabilities }: &Overlap) -> [Cell; 6] {
    let text = |at: usize, name: &str| -> Cell {
        capabilities.get(at).and_then(|entry| entry.get(name)).and_then(Value::as_str).unwrap_or("-").into()
    };
    [
        format!("{score} %").into(),
        text(0, "source_repo"),
        text(0, "id"),
        text(1, "source_repo"),
        text(1, "id"),
        words.join(" ").into(),
    ]
}
