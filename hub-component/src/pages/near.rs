//! What a capability's page shows besides its entries: its users, its neighbours and its history.

use super::elements::{beginning, repo_link, revision_link, time};
use super::entry::{self, Under};
use super::revision::fields;
use super::words;
use crate::problem::Problem;
use federation::diff::Op;
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use store::database::Transaction;
use store::neighbours::{Neighbour, Neighbours, neighbours};
use store::revisions::{CapabilityHistory, Recent, capability_history};
use store::uses::{Consumer, UsedEntry, consumers};

/// Neighbours of each kind.
const MAX_NEIGHBOURS: usize = 6;
/// Repos whose history is read, if several publish the id.
const MAX_REPOS: usize = 3;
/// Repos that use it.
const MAX_CONSUMERS: usize = 30;
/// Steps of the history that are listed.
const MAX_STEPS: usize = 50;

/// The users, neighbours and history of a capability.
pub(super) struct Near {
    neighbours: Neighbours,
    /// The history of the capability in each of its first repos.
    past: Vec<(String, CapabilityHistory)>,
    /// The first repos that use it, and one more if there are more.
    consumers: Vec<Consumer>,
}

impl Near {
    /// Reads it for the capability that these repos publish, in at most six statements and two for each of three repos.
    pub(super) async fn of(tx: &mut impl Transaction, id: &str, repos: &[&str]) -> Result<Self, Problem> {
        let neighbours = neighbours(tx, id, MAX_NEIGHBOURS).await?;
        let mut past = Vec::new();
        for repo in repos.iter().take(MAX_REPOS) {
            past.push(((*repo).to_owned(), capability_history(tx, repo, id).await?));
        }
        let consumers = consumers(tx, id, UsedEntry::Any, "", MAX_CONSUMERS + 1).await?;
        Ok(Self { neighbours, past, consumers })
    }

    /// The sections of the page.
    pub(super) fn sections(&self) -> Markup {
        let first = self.past.first().map_or("", |(repo, _)| repo);
        html! {
            (used_by(&self.consumers))
            (list("With the same tags", Under::Section, &self.neighbours.by_tags))
            (list(&format!("Also in {first}"), Under::SectionOfRepo, &self.neighbours.in_repo))
            @for (repo, past) in &self.past {
                h2 { "History" @if self.past.len() > 1 { " in " (repo) } }
                (history(past))
            }
        }
    }
}

fn used_by(consumers: &[Consumer]) -> Markup {
    html! {
        @if !consumers.is_empty() {
            h2 { "Used by" }
            ul.tags {
                @for one in consumers.iter().take(MAX_CONSUMERS) { li { (repo_link(&one.repo)) } }
            }
            @if consumers.len() > MAX_CONSUMERS { p.small.quiet { "More repos use it; the data below lists all of them." } }
        }
    }
}

fn list(title: &str, under: Under, neighbours: &[Neighbour]) -> Markup {
    html! {
        @if !neighbours.is_empty() {
            h2 { (title) }
            ul.hits.cards { @for neighbour in neighbours { li { (entry::hit(&read(neighbour), under)) } } }
        }
    }
}

fn read(neighbour: &Neighbour) -> Map<String, Value> {
    let entry = neighbour.json.as_deref().and_then(|json| serde_json::from_str(json).ok());
    entry.unwrap_or_else(|| {
        let entry = json!({"id": neighbour.id, "source_repo": neighbour.repo});
        entry.as_object().cloned().unwrap_or_default()
    })
}

fn history(past: &CapabilityHistory) -> Markup {
    html! {
        @if past.steps.is_empty() { p { "No revision that is still kept changed it." } }
        @else { ul.steps { @for recent in past.steps.iter().take(MAX_STEPS) { li.(recent.step.op.as_str()) { (step(recent)) } } } }
        @if !past.is_complete && !past.steps.is_empty() { p.small.quiet { "Older revisions are not listed." } }
    }
}

fn step(recent: &Recent) -> Markup {
    let (sign, word) = match recent.step.op {
        Op::Added => ("+", "added"),
        Op::Removed => ("−", "removed"),
        Op::Changed => ("~", "changed"),
    };
    html! {
        b aria-hidden="true" { (sign) } " " (word) " in " (revision_link(recent.revision)) ", " (time(recent.composed_at)) ": "
        (words::cause(&recent.cause)) " (" (recent.actor) ")"
        @if let (Some(before), Some(after)) = (&recent.step.before, &recent.step.after) {
            span.quiet { ": " (beginning(&fields(before, after), 200)) }
        }
    }
}
