//! `reuse-surface hub search`.

use crate::args::Search;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::capabilities::{Capabilities, CapabilitiesQuery, Corrected};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) async fn run(args: &Search, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let query = CapabilitiesQuery {
        q: Some(args.words.join(" ")).filter(|words| !words.is_empty()).into_iter().chain(args.also.clone()).collect(),
        domain: args.domain.clone(),
        repo: args.repo.clone(),
        status: args.status.clone(),
        tag: args.tag.clone(),
        fields: args.fields.clone(),
        limit: None,
        cursor: args.cursor.clone(),
        budget_tokens: args.budget_tokens,
    };
    let limit = (!args.all).then_some(args.limit as usize);
    let found = client::search(client, &query, limit).await?;
    output.result(&json!(found), |text| {
        let rows = rows(shown(&found), output.width());
        if !rows.is_empty() {
            text.table(HEADER, rows.into_iter().map(|row| row.map(Into::into)));
        }
    })?;
    match (&found.next, found.shown) {
        (Some(next), shown) => {
            output.note(&format!(
                "{shown} of {} shown: more with --all, a higher --limit, or --cursor {next}",
                found.total
            ));
        }
        (None, 0) if found.fit.is_none() => output.note("no capability matches"),
        (None, _) => {}
    }
    for Corrected { word, searched } in &found.corrected {
        output.note(&format!("nothing contains `{word}`; searched for `{searched}`"));
    }
    if let Some(advice) = &found.advice {
        output.note(advice);
    }
    Ok(Exit::Done)
}

/// The parts of a result that the table shows.
#[derive(Deserialize)]
struct Capability {
    id: String,
    source_repo: String,
    name: Option<String>,
    title: Option<String>,
    summary: Option<String>,
}

fn shown(found: &Capabilities) -> Vec<Capability> {
    let entries = found.capabilities.iter();
    entries.filter_map(|entry| Capability::deserialize(Value::Object(entry.clone())).ok()).collect()
}

const HEADER: [&str; 4] = ["ID", "REPO", "NAME", "SUMMARY"];

/// Width of a name in terminal columns, and minimum width of a summary.
const NAME_WIDTH: usize = 40;
const MIN_SUMMARY_WIDTH: usize = 20;

/// The rows of the table. On a terminal of `width` columns, texts are cut so that a row fits on one line if the ids leave room.
fn rows(found: Vec<Capability>, width: Option<usize>) -> Vec<[String; 4]> {
    let mut rows: Vec<[String; 4]> = found
        .into_iter()
        .map(|it| {
            let name = it.name.or(it.title).unwrap_or_else(|| "-".to_owned());
            // A summary may have several lines, but a row has only one.
            let summary = it.summary.unwrap_or_else(|| "-".to_owned());
            [it.id, it.source_repo, name, summary.split_whitespace().collect::<Vec<_>>().join(" ")]
        })
        .collect();
    if let Some(width) = width {
        for [_, _, name, _] in &mut rows {
            *name = cut(name, NAME_WIDTH);
        }
        let used: usize = (0..3).map(|column| widest(&rows, column) + 2).sum();
        for [_, _, _, summary] in &mut rows {
            *summary = cut(summary, width.saturating_sub(used).max(MIN_SUMMARY_WIDTH));
        }
    }
    rows
}

fn widest(rows: &[[String; 4]], column: usize) -> usize {
    let texts = rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
    texts.chain(HEADER.get(column).copied()).map(console::measure_text_width).max().unwrap_or_default()
}

fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(summary: &str) -> Vec<Capability> {
        let (id, source_repo) = ("capability.a".to_owned(), "hubs".to_owned());
        vec![Capability { id, source_repo, name: None, title: Some("A".repeat(60)), summary: Some(summary.to_owned()) }]
    }

    #[test]
    fn a_row_is_a_line_of_the_terminal() {
        let summary = "Publishes\nevery change of shared state to its subscribers, at once and in order.";
        let wide = rows(found(summary), None);
        assert_eq!(wide[0][3], summary.replace('\n', " "));
        let cut = rows(found(summary), Some(100));
        let line = cut[0].iter().map(|text| text.chars().count() + 2).sum::<usize>() - 2;
        assert_eq!((line, cut[0][2].chars().count()), (100, NAME_WIDTH), "{cut:?}");
        assert!(cut[0][3].ends_with('…'), "{cut:?}");
        assert_eq!(rows(found(summary), Some(10))[0][3].chars().count(), MIN_SUMMARY_WIDTH);
    }
}
