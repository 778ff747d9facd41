//! What a held index would change, and how to release it.

use crate::pages::elements::{counted, snapshot_link, time};
use crate::pages::revision::steps;
use crate::ports::Transaction;
use crate::store::sources::Source;
use crate::store::{StoreError, revisions};
use federation::compose::SourceLine;
use federation::diff::{Change, Op, diff};
use federation::guard::RELEASE_AFTER;
use maud::{Markup, html};
use serde_json::Value;

/// What its release would change about `entries`; none if nothing is held.
pub(super) async fn changes(
    tx: &mut impl Transaction,
    source: &Source,
    entries: &[Value],
) -> Result<Option<Vec<Change>>, StoreError> {
    let Some(held) = &source.record.held else { return Ok(None) };
    let registration = &source.registered.registration;
    let line = SourceLine {
        repo: registration.repo.clone(),
        url: held.url.clone(),
        domain: registration.domain.clone(),
        required: registration.required,
        index_digest: held.digest.clone(),
        capability_count: held.capability_count,
    };
    // Pruning drops a fragment that no revision has; the snapshot itself is kept.
    let waiting = revisions::entries(tx, Some(&line)).await?;
    Ok(Some(diff(entries, &waiting)))
}

/// The section about it.
pub(super) fn section(source: &Source, changes: &[Change]) -> Markup {
    let record = &source.record;
    html! {
        @if let Some(held) = &record.held {
            h2 { "What waits for release" }
            p {
                "The newest index has " (counted(held.capability_count, "capability", "capabilities"))
                " where readers get " (record.accepted.as_ref().map_or(0, |accepted| accepted.capability_count))
                ". It was first seen " (time(held.since)) ". If it stays as it is, it is released by the first check once a day has passed ("
                (time(held.since + RELEASE_AFTER)) "); if it is meant, a maintainer can do so now:"
            }
            pre tabindex="0" { code { "reuse-surface hub release --repo " (source.repo()) } }
            p { "The release would make these changes:" }
            (steps(changes, Op::Added))
            p.small { "Held snapshot: " (snapshot_link(&held.digest)) }
        }
    }
}
