//! `reuse-surface hub check`.

mod changes;
mod markdown;

use super::words::{consequence, finding, snippet, why};
use crate::args::{Check, Format};
use crate::client::{Answer, Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::output::{Cell, Output, Text, Tone, sarif};
use api::check::{CheckEffect, CheckQuery, Verdict};
use api::paths;
use api::repos::Repo;
use federation::limits::MAX_CHECKED_BYTES;
use federation::yaml;
use serde_json::{Value, json};

pub(super) async fn run(args: &Check, client: &Client, output: &Output) -> Result<Exit, Failure> {
    output.progress("the hub is checking the index …");
    let (name, answer) = match (&args.file, &args.repo, &args.url) {
        (Some(file), _, _) => (file.clone(), of_file(file, args, client).await?),
        (None, Some(repo), _) => {
            let known = client.send(Request::get(paths::REPO).named(repo)).await?.shape::<Repo<'_>>()?.registration;
            (known.url.clone(), client.send(check(args, None).json(json!(known))).await?)
        }
        (None, None, url) => {
            let body = json!({ "url": url });
            (url.clone().unwrap_or_default(), client.send(check(args, None).json(body)).await?)
        }
    };
    let verdict: Verdict = answer.shape()?;
    match output.format() {
        Format::Markdown => output.raw(markdown::render(&name, &verdict).as_bytes())?,
        Format::Sarif => output.result(&sarif::log(&name, &verdict.diagnostics), |_| {})?,
        _ => output.result(&answer.body, |text| describe(text, &name, &verdict))?,
    }
    if verdict.valid {
        return match verdict.would.as_ref().map_or(0, |would| would.affected.len() + would.affected_omitted) {
            0 => Ok(Exit::Done),
            _ if args.allow_affected => Ok(Exit::Done),
            1 => Err(affecting("a capability")),
            count => Err(affecting(&format!("{count} capabilities"))),
        };
    }
    Err(Failure::new(Exit::Refused, "the index is not valid")
        .because(why(&verdict.reason, &verdict.message))
        .hint("correct the index: `reuse-surface index validate PATH|URL` shows the lines with errors"))
}

fn affecting(what: &str) -> Failure {
    Failure::new(Exit::Refused, format!("the index removes or deprecates {what} that other repos use"))
        .hint("keep what they use, or tell them what replaces it; --allow-affected accepts the change")
}

fn check(args: &Check, repo: Option<String>) -> Request<'static> {
    Request::post(paths::CHECK).query(&CheckQuery { repo, source_format: args.source_format })
}

/// Sends a file to be checked as the index of a registration, or of the repo that it names.
async fn of_file(file: &str, args: &Check, client: &Client) -> Result<Answer, Failure> {
    let bytes = input::read(file, MAX_CHECKED_BYTES)?;
    // An invalid index is read too: the hub is about to report what is wrong in it.
    let named = || {
        let index = yaml::parse(str::from_utf8(&bytes).ok()?).ok()?;
        index.get("repo").and_then(Value::as_str).map(str::to_owned)
    };
    let Some(repo) = args.repo.clone().or_else(named) else {
        return Err(Failure::new(Exit::Usage, format!("{file} does not say whose index it is"))
            .hint("give the name of the registration with --repo, or set `repo` in the index"));
    };
    Ok(client.send(check(args, Some(repo)).bytes("application/yaml", bytes)).await?)
}

fn describe(text: &mut Text, name: &str, verdict: &Verdict) {
    let (word, tone) = if verdict.valid { ("yes", Tone::Good) } else { ("no", Tone::Bad) };
    text.fields([
        ("index", Some(name.into())),
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

fn changes(text: &mut Text, would: &CheckEffect) {
    let groups = [(Tone::Bad, "-", &would.removed), (Tone::Good, "+", &would.added), (Tone::Warn, "~", &would.changed)];
    for (tone, sign, ids) in groups {
        for id in ids {
            text.headed(sign, tone, id);
        }
    }
    for line in changes::conflicts(would, str::to_owned) {
        text.headed("!", Tone::Warn, line);
    }
    for line in changes::affected(would, str::to_owned) {
        text.headed("!", Tone::Bad, line);
    }
}
