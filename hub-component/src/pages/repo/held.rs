//! The effect of releasing a held index, and how to release it.

use crate::pages::elements::{counted, snapshot_link, time};
use crate::pages::revision::steps as list;
use federation::compose::{SourceLine, entries};
use federation::diff::{Change, Op, steps};
use federation::guard::RELEASE_AFTER;
use maud::{Markup, html};
use store::StoreError;
use store::database::Transaction;
use store::revisions::steps::Capabilities;
use store::sources::Source;

/// Maximum number of capabilities, before and after the release together, that are compared for one page.
const MAX_COMPARED: usize = 10_000;

/// The changes that releasing the held index would make. `None` if nothing is held or if there is too much to compare.
pub(super) async fn changes(
    tx: &mut impl Transaction,
    source: &Source,
    now: Option<&SourceLine>,
) -> Result<Option<Vec<Change>>, StoreError> {
    let Some(held) = &source.record.held else { return Ok(None) };
    if now.map_or(0, |line| line.capability_count) + held.capability_count > MAX_COMPARED {
        return Ok(None);
    }
    let line = SourceLine::new(&source.registered.registration, held.clone().into());
    let before = Capabilities::of(tx, now).await?;
    // Pruning removes fragments that no revision uses, so this one may have to be rendered again from its snapshot, which is kept.
    let after = Capabilities::of(tx, Some(&line)).await?;
    let steps = steps(&entries(&before.json, &before.ids), &entries(&after.json, &after.ids));
    let read = steps.into_iter().map(|step| step.read()).collect::<Result<_, _>>();
    read.map(Some).map_err(|e| StoreError::Unreadable(format!("fragment of {}: {e}", source.repo())))
}

/// The section about the held index; empty if nothing is held. `changes` are those that its release would make, if they were compared.
pub(super) fn section(source: &Source, changes: Option<&[Change]>) -> Markup {
    let Some(held) = &source.record.held else { return html! {} };
    let published = source.record.accepted.as_ref().map_or(0, |accepted| accepted.capability_count);
    html! {
        h2 { @if held.full { "Waiting for room" } @else { "Awaiting release" } }
        p {
            "The newest index has " (counted(held.capability_count, "capability", "capabilities"))
            " where readers get " (published) ". It was first seen " (time(held.since)) ". "
            @if held.full {
                "The federation has no room for it. The first check that finds room accepts it: shorten this index, or remove other sources."
            } @else {
                "If the index does not change, the hub releases it at the first check after 24 hours ("
                (time(held.since + RELEASE_AFTER)) "). If the loss is intended, a maintainer can release it now:"
            }
        }
        @if !held.full { pre tabindex="0" { code { "reuse-surface hub release --repo " (source.repo()) } } }
        @if let Some(changes) = changes {
            p { (if held.full { "Accepting it" } else { "The release" }) " would make these changes:" }
            (list(changes, changes.len(), Op::Added))
        }
        p.small { "Held snapshot: " (snapshot_link(&held.digest)) }
    }
}
