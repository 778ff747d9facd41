//! The hub's report on sources as text, and whether it is a success.

use super::words::{finding, why};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Text, Tone};
use api::refresh::{Outcome, SourceReport};
use federation::source::State;

/// Writes the revision, a line for every source, and the diagnostics.
pub(super) fn describe(text: &mut Text, revision: u64, published: bool, sources: &[SourceReport]) {
    let news = if published { "published" } else { "unchanged" };
    text.line(format!("revision {revision} {news}"));
    if sources.is_empty() {
        return;
    }
    text.table(["REPO", "OUTCOME", "STATE", "CAPABILITIES", "REASON"], sources.iter().map(row));
    for source in sources {
        for diagnostic in &source.diagnostics {
            text.line(format!("{}: {}", source.repo, finding(diagnostic)));
        }
    }
}

/// A failure if the last check of any of the sources failed.
pub(super) fn judge(sources: &[SourceReport]) -> Result<Exit, Failure> {
    let failed: Vec<&SourceReport> = sources.iter().filter(|source| is_failure(source)).collect();
    if failed.is_empty() {
        return Ok(Exit::Done);
    }
    let sources = if failed.len() == 1 { "1 source has" } else { &format!("{} sources have", failed.len()) };
    let causes = failed.iter().map(|source| match why(&source.reason, &source.message) {
        Some(why) => format!("{}: {why}", source.repo),
        None => format!("{}: {}", source.repo, source.state),
    });
    Err(Failure::new(Exit::Refused, format!("{sources} no valid index now"))
        .because(causes)
        .hint("run `reuse-surface hub show --repo REPO` to see what readers get in the meantime"))
}

fn row(source: &SourceReport) -> [Cell; 5] {
    [
        (&source.repo).into(),
        source.outcome.as_str().into(),
        Cell::toned(source.state.as_str(), Tone::of_state(&source.state)),
        source.capability_count.into(),
        why(&source.reason, &source.message).unwrap_or_else(|| "-".to_owned()).into(),
    ]
}

/// True if the last check of the source failed, in this run or, if the source was not due, before it. Otherwise a second run would report
/// success although nothing was repaired.
fn is_failure(source: &SourceReport) -> bool {
    source.outcome.is(Outcome::Failed) || source.state.is(State::Failed) || source.state.is(State::Stale)
}
