//! `reuse-surface hub check`.

use api::check::{Verdict, Would};
use api::paths;
use api::repos::Repo;
use serde_json::{Value, json};

use super::words::{finding, snippet, why};
use crate::args::Check;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};

pub(super) async fn run(args: &Check, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let body = match &args.repo {
        Some(repo) => {
            json!(client.send(Request::get(paths::REPO).named(repo)).await?.shape::<Repo<'_>>()?.registration)
        }
        None => json!({ "url": args.url }),
    };
    output.progress("the hub is checking the index …");
    let url = body.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    let answer = client.send(Request::post(paths::CHECK).json(body)).await?;
    let verdict: Verdict = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &url, &verdict))?;
    if verdict.valid {
        return Ok(Exit::Done);
    }
    Err(Failure::new(Exit::Refused, "the index is not valid")
        .because(why(&verdict.reason, &verdict.message))
        .hint("correct the index: `reuse-surface index validate PATH|URL` shows the lines with errors"))
}

fn describe(text: &mut Text, url: &str, verdict: &Verdict) {
    let (word, tone) = if verdict.valid { ("yes", Tone::Good) } else { ("no", Tone::Bad) };
    text.fields([
        ("url", Some(url.into())),
        ("valid", Some(Cell::toned(word, tone))),
        ("reason", why(&verdict.reason, &verdict.message).map(Cell::from)),
        ("http status", verdict.http_status.map(Cell::from)),
        ("capabilities", Some(verdict.capability_count.into())),
        ("index digest", verdict.index_digest.as_ref().map(|digest| digest.as_str().into())),
        ("a refresh", verdict.would.as_ref().map(|would| consequence(would).into())),
    ]);
    if !verdict.diagnostics.is_empty() {
        text.line("diagnostics");
        for diagnostic in &verdict.diagnostics {
            text.line(format!("  {}", finding(diagnostic)));
            snippet(diagnostic).iter().for_each(|line| text.line(format!("    {line}")));
        }
    }
    if let Some(would) = &verdict.would {
        changes(text, would);
    }
}

fn consequence(would: &Would) -> String {
    match would.outcome.as_str() {
        "accepted" => "would publish it".to_owned(),
        "unchanged" => "would change nothing".to_owned(),
        "held" => "would hold it back: it lost most of its capabilities".to_owned(),
        "failed" => "would fail; readers keep the accepted snapshot, if there is one".to_owned(),
        other => format!("would have the outcome {other}"),
    }
}

fn changes(text: &mut Text, would: &Would) {
    let groups = [(Tone::Bad, "-", &would.removed), (Tone::Good, "+", &would.added), (Tone::Warn, "~", &would.changed)];
    for (tone, sign, ids) in groups {
        for id in ids {
            text.headed(sign, tone, id);
        }
    }
    for conflict in &would.conflicts {
        text.headed("!", Tone::Warn, format!("{} would be published by {}", conflict.id, conflict.repos.join(", ")));
    }
}
