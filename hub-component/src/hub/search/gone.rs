//! What was removed, for those who still look for it.

use super::{Request, is_missed};
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use federation::search::{Page, id_term, named_ids, names};
use federation::withdrawn::Tombstone;
use store::database::{Autocommit, Transaction, read_with};
use store::{StoreError, former, search as index, tombstones};

/// The newest tombstones whose words a question is compared with.
const MAX_TOMBSTONES: usize = 200;
/// Maximum number of tombstones on a page.
const MAX_SHOWN: usize = 5;
/// Maximum number of repos that the detail of a problem names.
const MAX_NAMED: usize = 3;

/// The problem of an id that is no longer published; `None` if nothing remains of it.
pub(super) async fn problem<P: Ports>(app: &App<P>, id: &str, repo: Option<&str>) -> Result<Option<Problem>, Problem> {
    let gone = read_with(app.database().await?, async |tx| {
        let repo = former::current_of(tx, repo).await?;
        tombstones::of(tx, id, repo.as_deref()).await
    })
    .await?;
    if gone.is_empty() {
        return Ok(None);
    }
    let removals: Vec<String> =
        gone.iter().take(MAX_NAMED).map(|it| format!("`{}` in revision {}", it.source_repo, it.removed_in)).collect();
    let instead = match gone.iter().find_map(|it| it.replaced_by.as_deref()) {
        Some(successor) => format!("Use `{successor}` instead."),
        None => "It names no successor; `GET /v1/capabilities?q=WORDS` searches.".to_owned(),
    };
    let detail = format!("This capability was removed by {}. {instead}", removals.join(", by "));
    Ok(Some(Problem::new(&kinds::CAPABILITY_GONE, detail).with_gone(gone)))
}

/// Adds removed capabilities to a page if the question names them: by id, or in words if nothing else fits well.
pub(super) async fn add<P: Ports>(app: &App<P>, request: &Request, page: &mut Page) -> Result<(), Problem> {
    let Request { q, domain, status, tag, any_of, cursor, .. } = request;
    let is_filtered = !any_of.is_empty() || [domain, status, tag, cursor].into_iter().any(Option::is_some);
    let ids = named_ids(q);
    if is_filtered || (ids.is_empty() && !is_missed(page)) {
        return Ok(());
    }
    let gone = named(&mut Autocommit(app.database().await?), request, &ids).await?;
    page.add_gone(gone, request.budget.map(|bytes| bytes.saturating_sub(request.around)));
    Ok(())
}

async fn named(tx: &mut impl Transaction, request: &Request, ids: &[String]) -> Result<Vec<Tombstone>, StoreError> {
    let repo = former::current_of(tx, request.repo.as_deref()).await?;
    let mut gone = tombstones::candidates(tx, ids, MAX_TOMBSTONES).await?;
    gone.retain(|it| repo.as_ref().is_none_or(|repo| *repo == it.source_repo) && names(&request.q, it));
    if gone.is_empty() {
        return Ok(gone);
    }
    // Another repo may publish the id.
    let terms: Vec<String> = gone.iter().map(|it| id_term(&it.id)).collect();
    let published = index::counts(tx, &terms).await?;
    gone.retain(|it| !published.contains_key(&id_term(&it.id)));
    gone.truncate(MAX_SHOWN);
    Ok(gone)
}
