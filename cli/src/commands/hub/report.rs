//! What the hub did to sources, as text, and whether that is a success.

use crate::client::Outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Text, Tone};

/// The revision that it led to, a line for every source, and their diagnostics.
pub(super) fn describe(text: &mut Text, revision: u64, published: bool, sources: &[Outcome]) {
    let news = if published { "published" } else { "unchanged" };
    text.line(format!("revision {revision} {news}"));
    if sources.is_empty() {
        return;
    }
    text.table(["REPO", "OUTCOME", "STATE", "CAPABILITIES", "REASON"], sources.iter().map(row));
    for source in sources {
        for diagnostic in &source.diagnostics {
            text.line(format!("{}: {}", source.repo, diagnostic.line()));
        }
    }
}

/// A failure if the last check of any of the sources did not end well.
pub(super) fn judge(sources: &[Outcome]) -> Result<Exit, Failure> {
    let failed: Vec<&Outcome> = sources.iter().filter(|source| source.is_failure()).collect();
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

fn row(source: &Outcome) -> [Cell; 5] {
    [
        (&source.repo).into(),
        (&source.outcome).into(),
        Cell::toned(&source.state, Tone::of_state(&source.state)),
        source.capability_count.map_or_else(|| "-".into(), Cell::from),
        source.why().unwrap_or_else(|| "-".to_owned()).into(),
    ]
}
