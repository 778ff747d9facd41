//! A refresh of one source. If several requests ask at the same time, one fetches and the others share its result.

use super::report::{Report, outcome_of, report};
use super::run::{LEASE_ATTEMPTS, LEASE_RETRY_PAUSE, refresh};
use super::scope::Scope;
use crate::hub::App;
use crate::ports::Ports;
use api::events::action;
use api::refresh::Outcome;
use federation::source::Accepted;
use store::database::read_with;
use store::leases::{Lease, LeaseState};
use store::revisions::{self, Origin};
use store::sources::{self, Source};
use store::{StoreError, revisions::Revision};

/// Refreshes the source that `scope` names. If another request is already doing so, its result is returned, unless a commit is requested;
/// `None` if that does not arrive in time. A result that a refresh of many sources overtook is dropped.
///
/// # Errors
/// If the store fails.
pub async fn refresh_one<P: Ports>(
    app: &App<P>,
    repo: &str,
    scope: Scope,
    origin: Origin<'_>,
) -> Result<Option<Report>, StoreError> {
    let database = app.database().await?;
    let Some(before) = now(app, repo).await?.map(|(source, _)| source.record.accepted) else {
        return Ok(Some(Report::default()));
    };
    let lease = Lease::source(repo);
    let mut attempts = LEASE_ATTEMPTS;
    while !lease.acquire(database, app.ports.now()).await? {
        while lease.state(database, app.ports.now()).await? == LeaseState::Taken {
            if attempts == 0 {
                return Ok(None);
            }
            attempts -= 1;
            app.ports.sleep(LEASE_RETRY_PAUSE).await;
        }
        // A lease that was not released belonged to a holder that is gone; its work still has to be done.
        if !matches!(scope, Scope::Pushed(..))
            && lease.state(database, app.ports.now()).await? == LeaseState::Free
            && let Some(report) = joined(app, repo, &before).await?
        {
            return Ok(Some(report));
        }
    }
    let report = refresh(app, scope, origin, action::REFRESH, &lease, app.ports.now()).await;
    let released = lease.release(database).await;
    let report = report?;
    released?;
    Ok(Some(report))
}

/// The result of another refresh since `before` was accepted. `None` if that refresh used a URL that the registration no longer has.
async fn joined<P: Ports>(app: &App<P>, repo: &str, before: &Option<Accepted>) -> Result<Option<Report>, StoreError> {
    let Some((source, newest)) = now(app, repo).await? else { return Ok(Some(Report::default())) };
    if source.registered.registration.enabled && source.record.next_check_at.is_none() {
        return Ok(None);
    }
    let accepted = source.record.accepted != *before && source.record.accepted.is_some();
    let outcome = if accepted { Outcome::Accepted } else { outcome_of(&source.record) };
    let sources = vec![report(&source, outcome, app.ports.now())];
    Ok(Some(Report { revision: newest.filter(|_| accepted), sources, ..Report::default() }))
}

async fn now<P: Ports>(app: &App<P>, repo: &str) -> Result<Option<(Source, Option<Revision>)>, StoreError> {
    let (source, newest) = read_with(app.database().await?, async |tx| {
        let source = sources::get(tx, repo).await?;
        let newest = revisions::newest(tx).await?;
        Ok::<_, StoreError>((source, newest))
    })
    .await?;
    Ok(source.map(|source| (source, newest)))
}
