//! `reuse-surface hub compose`.

use crate::args::Compose;
use crate::client::{Client, Composition, Outcome, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};

pub(super) async fn run(args: &Compose, client: &Client, output: &Output) -> Result<Exit, Failure> {
    output.progress("the hub refreshes its sources …");
    let request = Request::post(&["v1", "federated", "compose"]).flag("force", args.force);
    let answer = client.send(request).await?;
    let composition: Composition = answer.shape()?;
    output.result(&answer.body, |text| report(text, &composition))?;

    let failed: Vec<&Outcome> = composition.sources.iter().filter(|source| source.is_failure()).collect();
    if failed.is_empty() {
        return Ok(Exit::Done);
    }
    let sources = if failed.len() == 1 { "1 source has" } else { &format!("{} sources have", failed.len()) };
    let causes = failed.iter().map(|source| match source.why() {
        Some(why) => format!("{}: {why}", source.repo),
        None => format!("{}: {}", source.repo, source.state),
    });
    Err(Failure::new(Exit::Refused, format!("{sources} no valid index now"))
        .because(causes)
        .hint("`reuse-surface hub show --repo REPO` says what readers see of it meanwhile"))
}

fn report(text: &mut Text, composition: &Composition) {
    let news = if composition.published { "published" } else { "unchanged" };
    text.line(format!("revision {} {news}", composition.revision));
    if composition.sources.is_empty() {
        return;
    }
    text.table(["REPO", "OUTCOME", "STATE", "CAPABILITIES", "REASON"], composition.sources.iter().map(row));
    for source in &composition.sources {
        for diagnostic in &source.diagnostics {
            text.line(format!("{}: {}", source.repo, diagnostic.line()));
        }
    }
}

fn row(source: &Outcome) -> [Cell; 5] {
    [
        (&source.repo).into(),
        (&source.outcome).into(),
        Cell::toned(&source.state, Tone::of_state(&source.state)),
        source.capability_count.map_or_else(|| "-".into(), Cell::from),
        source.why().unwrap_or_else(|| "-".to_owned()).into(),
    ]
}
