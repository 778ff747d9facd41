//! Capability search: takes a request and returns a page. HTTP, MCP and the HTML pages all use it.

mod gone;
mod missed;
mod near;
mod read;
mod request;
mod similar;

use crate::hub::{App, provenance};
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::variables;
use federation::search::{Fields, Page, Synonyms};
pub use missed::is_missed;
use read::read;
pub use request::{Request, bounded};
use serde_json::json;
use similar::{find_similar, suggest};
use std::collections::BTreeMap;
use store::database::{Autocommit, read_with};
use store::revisions::Head;
use store::search as index;

/// Longest id that is compared with others to suggest similar ones, in bytes.
const MAX_ID_BYTES: usize = 300;

/// The search's own synonyms and those of the operator. A table that is too long is reported and left out, since a search without it is better
/// than none.
pub fn synonyms(text: &str) -> Synonyms {
    Synonyms::with(text).unwrap_or_else(|error| {
        log::line("invalid_setting", &json!({"variable": variables::SEARCH_SYNONYMS, "detail": error.to_string()}));
        Synonyms::default()
    })
}

/// A page of matching capabilities, best match first; without search words, by repo and position. A question that is not answered well is
/// remembered.
///
/// # Errors
/// `invalid-query`, `budget-too-small`, `nothing-published`, `revision-gone` if the previous pages are too old, or a failure of the store.
pub async fn search<P: Ports>(app: &App<P>, head: &Head, request: &Request) -> Result<Page, Problem> {
    let mut page = answer(app, head, request).await?;
    gone::add(app, request, &mut page).await?;
    let budget = request.budget.map(|bytes| bytes.saturating_sub(request.around));
    provenance::add_to_page(app, &mut page, budget).await?;
    missed::note(app, request, &page);
    Ok(page)
}

/// As [`search`], for the hub itself: the question is not remembered.
///
/// # Errors
/// As [`search`].
pub async fn answer<P: Ports>(app: &App<P>, head: &Head, request: &Request) -> Result<Page, Problem> {
    page(app, head, request, None, Fields::Compact).await
}

/// A page of the sources' entries under an id, with all fields unless `fields` says otherwise.
///
/// # Errors
/// `capability-gone` if it was removed, `capability-not-found` with similar ids, and as [`search`].
pub async fn capability<P: Ports>(app: &App<P>, head: &Head, id: &str, request: &Request) -> Result<Page, Problem> {
    let page = page(app, head, request, Some(id), Fields::All).await?;
    if page.total > 0 {
        return Ok(page);
    }
    if let Some(problem) = gone::problem(app, id, request.repo.as_deref()).await? {
        return Err(problem);
    }
    let mut database = Autocommit(app.database().await?);
    let similar = if id.len() > MAX_ID_BYTES { Vec::new() } else { find_similar(&mut database, id).await? };
    Err(Problem::new(&kinds::CAPABILITY_NOT_FOUND, suggest(id, similar)))
}

/// How many capabilities of the newest revision have each of these terms of the index; terms that none has are left out.
///
/// # Errors
/// If the store fails.
pub async fn counts<P: Ports>(app: &App<P>, terms: &[String]) -> Result<BTreeMap<String, u64>, Problem> {
    Ok(index::counts(&mut Autocommit(app.database().await?), terms).await?)
}

async fn page<P: Ports>(
    app: &App<P>,
    head: &Head,
    request: &Request,
    id: Option<&str>,
    fields: Fields,
) -> Result<Page, Problem> {
    let database = app.database().await?;
    // A transaction costs as much as two statements, and is needed only for the past, or if a revision is published meanwhile.
    let first = match &request.cursor {
        None => read(&mut Autocommit(database), head, request, app.synonyms(), id, fields.clone()).await?,
        Some(_) => None,
    };
    if let Some(page) = first {
        return Ok(page);
    }
    let page = read_with(database, async |tx| read(tx, head, request, app.synonyms(), id, fields).await).await?;
    page.ok_or_else(|| Problem::new(&kinds::INTERNAL, "The search could not be finished; try again."))
}
