//! The verdict on an index, published or not, and the changes it would cause. Nothing is written.

use super::app::App;
use super::consumers::affected;
use super::document::conflicts::conflicts_with_others;
use super::refresh;
use crate::ports::Ports;
use crate::problem::Problem;
use api::check::{CheckEffect, Verdict};
use api::refresh::Outcome;
use federation::check::Content;
use federation::compose::entries;
use federation::diff::{Op, steps};
use federation::index::SourceFormat;
use federation::registration::Registration;
use federation::source::{Effect, Observation, SourceRecord};
use federation::withdrawn::withdrawals;
use serde_json::json;
use store::database::read_with;
use store::former;
use store::fragments::Rendered;
use store::revisions::{self, steps::Capabilities};
use store::sources::{self, Source};

/// Stands for the URL of an index whose repo is not registered.
const NOWHERE: &str = "https://unpublished.invalid/";

/// Fetches the index of a registration and gives the verdict, with its effect if `speculate`. `known` is the source as it is registered.
///
/// # Errors
/// If the store fails.
pub async fn published<P: Ports>(
    app: &App<P>,
    registration: &Registration,
    known: Option<Source>,
    speculate: bool,
) -> Result<Verdict, Problem> {
    // Fetched without validators, so that there is always content to check.
    let checked = refresh::check(&app.ports, registration, &SourceRecord::default()).await;
    verdict(app, registration, known, checked, speculate).await
}

/// The verdict on the bytes of an index of a repo, registered or not, in this format or in that of the registration.
///
/// # Errors
/// `invalid-registration` if no repo can have this name, or a failure of the store.
pub async fn unpublished<P: Ports>(
    app: &App<P>,
    repo: &str,
    format: Option<SourceFormat>,
    bytes: Vec<u8>,
) -> Result<Verdict, Problem> {
    let unknown = json!({"repo": repo, "domain": "unnamed", "url": NOWHERE});
    let unknown = Registration::from_value(&unknown).map_err(Problem::invalid_registration)?;
    let known = read_with(app.database().await?, async |tx| {
        // A former name means the repo that had it.
        let current = former::current_of(tx, Some(repo)).await?;
        sources::get(tx, current.as_deref().unwrap_or(repo)).await
    })
    .await?;
    let mut registration = known.as_ref().map_or(unknown, |source| source.registered.registration.clone());
    registration.format = format.unwrap_or(registration.format);
    let checked = refresh::judge(&registration, Content::of(bytes));
    let verdict = verdict(app, &registration, known, checked, true).await?;
    Ok(Verdict { http_status: None, ..verdict })
}

async fn verdict<P: Ports>(
    app: &App<P>,
    registration: &Registration,
    known: Option<Source>,
    checked: refresh::Checked,
    speculate: bool,
) -> Result<Verdict, Problem> {
    let mut record = known.map(|source| source.record).unwrap_or_default();
    let content = match checked.observation.content() {
        Observation::Valid { digest, capability_count, .. } => Some((digest.clone(), *capability_count)),
        Observation::Invalid { digest, .. } => Some((digest.clone(), 0)),
        _ => None,
    };
    let effect = record.observe(registration, checked.observation, app.ports.now(), 0.0);

    let valid = effect != Effect::Failed;
    let would = match speculate {
        true => Some(would(app, registration, effect, checked.snapshot.map(|s| s.fragment)).await?),
        false => None,
    };
    let failure = record.failure.filter(|_| !valid);
    let (index_digest, capability_count) = content.map_or((None, 0), |(digest, count)| (Some(digest), count));
    Ok(Verdict {
        valid,
        reason: failure.as_ref().map(|f| f.code.clone()),
        message: failure.as_ref().map(|f| f.message.to_string()),
        http_status: record.http_status,
        index_digest,
        capability_count,
        diagnostics: if valid { checked.warnings } else { failure.map(|f| f.diagnostics).unwrap_or_default() },
        would,
    })
}

async fn would<P: Ports>(
    app: &App<P>,
    registration: &Registration,
    effect: Effect,
    fragment: Option<Rendered>,
) -> Result<CheckEffect, Problem> {
    let mut would = CheckEffect {
        outcome: Outcome::from(effect).into(),
        added: Vec::new(),
        changed: Vec::new(),
        removed: Vec::new(),
        conflicts: Vec::new(),
        affected: Vec::new(),
        affected_omitted: 0,
    };
    let shows = registration.enabled && matches!(effect, Effect::Accepted | Effect::Held);
    let Some(fragment) = fragment.filter(|_| shows) else {
        return Ok(would);
    };
    let (json, ids) = fragment.into_json();
    let repo = &registration.repo;
    let before = read_with(app.database().await?, async |tx| {
        let line = revisions::composition(tx).await?.remove(repo);
        let before = Capabilities::of(tx, line.as_ref()).await?;
        would.conflicts = conflicts_with_others(tx, repo, &ids).await?.listed;
        let steps = steps(&entries(&before.json, &before.ids), &entries(&json, &ids));
        (would.affected, would.affected_omitted) = affected(tx, repo, withdrawals(&steps)).await?;
        Ok::<_, Problem>(before)
    })
    .await?;
    for step in steps(&entries(&before.json, &before.ids), &entries(&json, &ids)) {
        let list = match step.op {
            Op::Added => &mut would.added,
            Op::Changed => &mut would.changed,
            Op::Removed => &mut would.removed,
        };
        list.push(step.id().to_owned());
    }
    Ok(would)
}
