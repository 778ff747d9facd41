//! Upstreams, as clients see them.

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::upstreams::{
    Conflicts, HopConflict, Refused, RefusedIndex, Upstream, UpstreamState, UpstreamStatus, Upstreams,
};
use federation::time::rfc3339;
use federation::upstream::name_of;
use store::StoreError;
use store::database::{Transaction, read_with};
use store::upstreams::{self, Stored};

/// Conflicts and refused indexes that are shown of one upstream. Lists of upstreams have only their counts.
const MAX_SHOWN: usize = 100;

/// One upstream.
///
/// # Errors
/// `upstream-not-found`, or if the store fails.
pub async fn view<P: Ports>(app: &App<P>, name: &str) -> Result<Upstream, Problem> {
    read_with(app.database().await?, async |tx| {
        let stored = upstreams::get(tx, name).await?.ok_or_else(|| not_found(name))?;
        let shown = shown(tx, stored, MAX_SHOWN).await?;
        Ok::<_, Problem>(shown)
    })
    .await
}

/// All upstreams.
///
/// # Errors
/// If the store fails.
pub async fn all<P: Ports>(app: &App<P>) -> Result<Upstreams, Problem> {
    let upstreams = read_with(app.database().await?, async |tx| {
        let mut all = Vec::new();
        for stored in upstreams::all(tx).await? {
            all.push(shown(tx, stored, 0).await?);
        }
        Ok::<_, Problem>(all)
    })
    .await?;
    Ok(Upstreams { total: upstreams.len(), upstreams })
}

async fn shown(tx: &mut impl Transaction, stored: Stored, limit: usize) -> Result<Upstream, StoreError> {
    let (offered, published) = upstreams::counts(tx, &stored.name).await?;
    let (conflicts, conflicting) = upstreams::conflicts(tx, &stored.name, limit).await?;
    let (refused, refusals) = upstreams::refused(tx, &stored.name, limit).await?;
    let conflict = |it: upstreams::HopConflict| HopConflict {
        upstream: name_of(&it.registered_by).map(str::to_owned),
        repo: it.repo,
        offered: it.offered,
        published: it.published,
    };
    let state = state(&stored);
    let record = stored.record;
    let failure = record.failure.as_ref();
    let status = UpstreamStatus {
        state: state.into(),
        reason: failure.map(|it| it.code.clone()),
        message: failure.map(|it| it.message.to_string()),
        failing_since: failure.map(|it| rfc3339(it.since)),
        revision: record.seen.as_ref().map(|seen| seen.revision),
        digest: record.seen.as_ref().map(|seen| seen.digest.clone()),
        current_at: record.current_at.map(rfc3339),
        last_attempt_at: record.last_attempt_at.map(rfc3339),
        next_attempt_at: record.next_attempt_at.map(rfc3339),
        offered,
        published,
        conflicts: Conflicts { total: conflicting, listed: conflicts.into_iter().map(conflict).collect() },
        refused: Refused {
            total: refusals,
            listed: refused.into_iter().map(|(repo, reason)| RefusedIndex { repo, reason }).collect(),
        },
    };
    Ok(Upstream {
        name: stored.name,
        url: stored.upstream.url,
        transitive: stored.upstream.transitive,
        created_at: rfc3339(stored.created_at),
        updated_at: rfc3339(stored.updated_at),
        created_by: stored.created_by,
        status,
    })
}

fn state(stored: &Stored) -> UpstreamState {
    let record = &stored.record;
    match () {
        () if record.is_refused() => UpstreamState::Refused,
        () if record.failure.is_some() => UpstreamState::Failing,
        () if record.current_at.is_none() => UpstreamState::Pending,
        () => UpstreamState::Current,
    }
}

/// The problem of an upstream that does not exist.
pub fn not_found(name: &str) -> Problem {
    let detail = format!("There is no upstream `{}`; `GET /v1/upstreams` lists all.", quoted(name));
    Problem::new(&kinds::UPSTREAM_NOT_FOUND, detail)
}
