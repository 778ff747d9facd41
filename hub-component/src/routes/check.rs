//! `POST /v1/check`: the verdict on an index and the changes it would cause; nothing is written.

use crate::edge::{Caller, JsonBody};
use crate::hub::App;
use crate::hub::document::conflicts::publishers;
use crate::hub::refresh;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::check::{Verdict, Would};
use axum::Json;
use axum::extract::State;
use federation::compose::{conflicts, entries};
use federation::diff::{Op, steps};
use federation::registration::Registration;
use federation::source::{Effect, Observation, SourceRecord};
use federation::token::Need;
use serde_json::json;
use store::database::{Database as _, Transaction as _};
use store::fragments::Rendered;
use store::revisions::{self, steps::Capabilities};
use store::sources::{self, Source};

/// Checks an index without writing anything.
///
/// Fetches and validates the index of a URL or of a whole registration, registered or not, and says what accepting it would change in the
/// federation.
#[utoipa::path(
    post,
    path = "/v1/check",
    operation_id = "checkIndex",
    tag = "registrations",
    request_body(content = ref("#/components/schemas/CheckRequest"), description = "A URL alone, or a whole registration."),
    responses((status = 200, description = "The verdict, whether or not the index is valid.", body = Verdict)),
    extensions(("x-problems" = json!([kinds::INVALID_REGISTRATION.code]))),
    security(("token" = [])),
)]
pub async fn check<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Verdict>, Problem> {
    let url_alone = body.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("url"));
    // A URL alone is validated by the same rules, with placeholders for the other fields.
    let document = if url_alone { json!({"repo": "unnamed", "domain": "unnamed", "url": body["url"]}) } else { body };
    let mut registration = Registration::from_value(&document).map_err(Problem::invalid_registration)?;
    if url_alone {
        caller.writes_some()?
    } else {
        caller.writes(&registration.repo)?
    };

    let mut tx = app.database().await?.read().await?;
    let known = if url_alone {
        // Only a registration that the token may write is compared.
        let its_own = |s: &Source| caller.may(Need::Write(s.repo()));
        sources::at_url(&mut tx, &registration.url).await?.into_iter().find(its_own)
    } else {
        sources::get(&mut tx, &registration.repo).await?
    };
    tx.end().await;
    if let (true, Some(source)) = (url_alone, &known) {
        registration = source.registered.registration.clone();
    }
    let speculate = !url_alone || known.is_some();
    let mut record = known.map(|source| source.record).unwrap_or_default();
    // Fetched without validators, so that there is always content to check.
    let checked = refresh::check(&app.ports, &registration, &SourceRecord::default()).await;
    let content = match &checked.observation {
        Observation::Valid { digest, capability_count, .. } => Some((digest.clone(), *capability_count)),
        Observation::Invalid { digest, .. } => Some((digest.clone(), 0)),
        Observation::Unchanged { .. } | Observation::Ended { .. } | Observation::Unreachable(_) => None,
    };
    let effect = record.observe(&registration, checked.observation, app.ports.now(), 0.0);

    let valid = effect != Effect::Failed;
    let would = match speculate {
        true => Some(would(&app, &registration, effect, checked.snapshot.map(|s| s.fragment)).await?),
        false => None,
    };
    let failure = record.failure.filter(|_| !valid);
    let (index_digest, capability_count) = content.map_or((None, 0), |(digest, count)| (Some(digest), count));
    Ok(Json(Verdict {
        valid,
        reason: failure.as_ref().map(|f| f.code.clone()),
        message: failure.as_ref().map(|f| f.message.clone()),
        http_status: record.http_status,
        index_digest,
        capability_count,
        diagnostics: if valid { checked.warnings } else { failure.map(|f| f.diagnostics).unwrap_or_default() },
        would,
    }))
}

async fn would<P: Ports>(
    app: &App<P>,
    registration: &Registration,
    effect: Effect,
    fragment: Option<Rendered>,
) -> Result<Would, Problem> {
    let mut would = Would {
        outcome: refresh::outcome(effect).into(),
        added: Vec::new(),
        changed: Vec::new(),
        removed: Vec::new(),
        conflicts: Vec::new(),
    };
    let shows = registration.enabled && matches!(effect, Effect::Accepted | Effect::Held);
    let Some(fragment) = fragment.filter(|_| shows) else {
        return Ok(would);
    };
    let mut tx = app.database().await?.read().await?;
    let line = revisions::composition(&mut tx).await?.remove(&registration.repo);
    let before = Capabilities::of(&mut tx, line.as_ref()).await?;
    let (json, ids) = fragment.into_json();
    let wanted = ids.iter().map(String::as_str).collect();
    let mut published = publishers(&mut tx, &registration.repo, &wanted).await?;
    tx.end().await;
    for step in steps(&entries(&before.json, &before.ids), &entries(&json, &ids)) {
        let list = match step.op {
            Op::Added => &mut would.added,
            Op::Changed => &mut would.changed,
            Op::Removed => &mut would.removed,
        };
        list.push(step.id().to_owned());
    }
    published.insert(registration.repo.clone(), ids);
    would.conflicts = conflicts(published.iter().map(|(repo, ids)| (repo.as_str(), ids.iter().map(String::as_str))))
        .into_iter()
        .filter(|conflict| conflict.repos.contains(&registration.repo))
        .collect();
    Ok(would)
}
