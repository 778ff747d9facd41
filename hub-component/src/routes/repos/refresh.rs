//! `POST /v1/repos/{repo}/refresh` and `/release`.

use super::not_registered;
use crate::app::App;
use crate::edge::Actor;
use crate::ports::{Database as _, Ports, Transaction as _};
use crate::problem::{Problem, kinds};
use crate::publish::publish;
use crate::refresh::{Outcome, Report, SourceReport, refresh_one};
use crate::routes::federated::newest;
use crate::store::revisions::{Origin, Revision};
use crate::store::sources;
use axum::Json;
use axum::extract::{Path, State};
use federation::digest::Digest;
use serde::Serialize;

/// What an action on one source led to.
#[derive(Serialize)]
pub struct Refreshed {
    revision: u64,
    digest: Digest,
    published: bool,
    source: SourceReport,
}

/// Checks one source now, whatever its back-off.
pub async fn refresh<P: Ports>(
    State(app): State<App<P>>,
    Actor(actor): Actor,
    Path(repo): Path<String>,
) -> Result<Json<Refreshed>, Problem> {
    let Report { revision, mut sources, .. } =
        refresh_one(&app, &repo, Origin { actor: &actor, cause: "refresh" }).await?;
    let source = sources.pop().ok_or_else(|| not_registered(&repo))?;
    respond(&app, revision, source).await
}

/// Accepts what the guard holds.
pub async fn release<P: Ports>(
    State(app): State<App<P>>,
    Actor(actor): Actor,
    Path(repo): Path<String>,
) -> Result<Json<Refreshed>, Problem> {
    let now = app.ports.now();
    let mut tx = app.database().await?.write().await?;
    let mut source = sources::get(&mut tx, &repo).await?.ok_or_else(|| not_registered(&repo))?;
    if !source.record.release() {
        return Err(Problem::new(
            &kinds::NOTHING_HELD,
            format!("`{repo}` is {}; nothing waits for release.", source.state(now).as_str()),
        ));
    }
    sources::save_record(&mut tx, &source).await?;
    let revision = publish(&mut tx, &[&repo], Origin { actor: &actor, cause: "release" }, now).await?;
    tx.commit().await?;
    respond(&app, revision, SourceReport::new(&source, Outcome::Accepted, now)).await
}

async fn respond<P: Ports>(
    app: &App<P>,
    published: Option<Revision>,
    source: SourceReport,
) -> Result<Json<Refreshed>, Problem> {
    let (revision, digest) = newest(app).await?;
    Ok(Json(Refreshed { revision, digest, published: published.is_some(), source }))
}
