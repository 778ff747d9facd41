//! Capability search: takes a request and returns a page. HTTP, MCP and the HTML pages all use it.

mod near;

use crate::hub::paging::{self, foreign_cursor};
use crate::problem::{Problem, kinds};
use api::page::CAPABILITIES;
use federation::search::{BYTES_PER_TOKEN, Cursor, Fields, Hit, Page, Query};
use serde_json::{Map, Value};
use store::database::{Database, Transaction};
use store::revisions::{self, Head};
use store::search::{self as entries, Found};

/// Longest id that is compared with others to suggest similar ones, in bytes.
const MAX_ID_BYTES: usize = 300;
/// Longest filter or list of fields, in characters.
const MAX_CHARS: usize = 1000;

/// A search request, not yet validated.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Search words; if blank or absent, everything matches.
    pub q: Option<String>,
    /// Only this domain.
    pub domain: Option<String>,
    /// Only this repo.
    pub repo: Option<String>,
    /// Only this status, ignoring case.
    pub status: Option<String>,
    /// Only with this tag, ignoring case.
    pub tag: Option<String>,
    /// Comma-separated field names, or `*` for all.
    pub fields: Option<String>,
    /// Maximum number of results on a page.
    pub limit: Option<usize>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
    /// Maximum size of the response in bytes: the page as JSON, and the text around it.
    pub budget: Option<usize>,
    /// Bytes of the text around the page.
    pub around: usize,
}

/// A page of matching capabilities, best match first; without search words, by repo and position.
///
/// # Errors
/// `invalid-query`, `budget-too-small`, `nothing-published`, `revision-gone` if the previous pages are too old, or a failure of the store.
pub async fn search(database: &impl Database, head: &Head, request: &Request) -> Result<Page, Problem> {
    let mut tx = database.read().await?;
    let page = page(&mut tx, head, request, None, Fields::Compact).await?;
    tx.end().await;
    Ok(page)
}

/// A page of the sources' entries under an id, with all fields unless `fields` says otherwise.
///
/// # Errors
/// `capability-not-found` with similar ids, and as [`search`].
pub async fn capability(database: &impl Database, head: &Head, id: &str, request: &Request) -> Result<Page, Problem> {
    let mut tx = database.read().await?;
    let page = page(&mut tx, head, request, Some(id), Fields::All).await?;
    if page.total > 0 {
        tx.end().await;
        return Ok(page);
    }
    let similar = match id.len() > MAX_ID_BYTES {
        true => Vec::new(),
        false => {
            let finder = entries::finder(&mut tx).await?;
            entries::similar_ids(&mut tx, finder, id).await?
        }
    };
    Err(Problem::new(&kinds::CAPABILITY_NOT_FOUND, near::suggest(id, similar)))
}

async fn page(
    tx: &mut impl Transaction,
    head: &Head,
    request: &Request,
    id: Option<&str>,
    fields: Fields,
) -> Result<Page, Problem> {
    let query = Query { id: id.map(str::to_owned), ..query(request)? };
    let fields = bounded("fields", request.fields.as_deref())?.map_or(fields, Fields::parse);
    let limit = paging::limit(request.limit, CAPABILITIES)?;
    let fingerprint = query.fingerprint();
    let cursor = request.cursor.as_deref().map(|text| cursor(text, fingerprint)).transpose()?;
    crate::hub::document::published(head)?;
    let newest = revisions::newest(tx).await?.map_or(0, |revision| revision.number);
    let revision = cursor.as_ref().map_or(newest, |cursor| cursor.revision);
    let past = (revision != newest).then_some(revision);
    if let Some(number) = past {
        still_there(tx, number, newest).await?;
    }
    let finder = entries::finder(tx).await?;
    let after = cursor.as_ref().map(|cursor| &cursor.after);
    let Found { total, mut hits, more } = entries::find(tx, past, finder, &query, after, limit + 1).await?;
    if hits.is_empty() && after.is_some() {
        return Err(foreign_cursor());
    }
    let mut more = more || hits.len() > limit;
    hits.truncate(limit);
    let mut hits = hits
        .into_iter()
        .map(|(place, json)| Ok(Hit { place, entry: fields.of(serde_json::from_str::<Map<String, Value>>(&json)?) }))
        .collect::<Result<Vec<_>, serde_json::Error>>()
        .map_err(|e| Problem::new(&kinds::INTERNAL, "An entry cannot be read.").internal(e.to_string()))?;
    more |= paging::fit(&mut hits);
    // An unknown id is reported whatever the budget.
    let budget = request.budget.filter(|_| total > 0 || id.is_none()).map(|bytes| bytes.saturating_sub(request.around));
    Page::fit(revision, fingerprint, total, hits, more, budget).map_err(|small| {
        let bytes = small.needed + request.around;
        let tokens = bytes.div_ceil(BYTES_PER_TOKEN);
        Problem::new(
            &kinds::BUDGET_TOO_SMALL,
            format!("The smallest response has {bytes} bytes; set `budget_tokens` to {tokens} or more."),
        )
    })
}

fn query(request: &Request) -> Result<Query, Problem> {
    let query = Query::of(request.q.as_deref().unwrap_or_default())
        .map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{e}.")))?;
    let owned = |name, value: &Option<String>| bounded(name, value.as_deref()).map(|v| v.map(str::to_owned));
    let lower = |name, value: &Option<String>| bounded(name, value.as_deref()).map(|v| v.map(str::to_lowercase));
    Ok(Query {
        domain: owned("domain", &request.domain)?,
        repo: owned("repo", &request.repo)?,
        status: lower("status", &request.status)?,
        tag: lower("tag", &request.tag)?,
        ..query
    })
}

/// Validates a filter.
///
/// # Errors
/// `invalid-query` if the filter is too long or contains NUL, which not every database accepts.
pub fn bounded<'a>(name: &str, value: Option<&'a str>) -> Result<Option<&'a str>, Problem> {
    match value {
        Some(text) if text.chars().count() > MAX_CHARS || text.contains('\0') => Err(Problem::new(
            &kinds::INVALID_QUERY,
            format!("`{name}` may have at most {MAX_CHARS} characters and must not contain NUL."),
        )),
        value => Ok(value),
    }
}

fn cursor(text: &str, fingerprint: u32) -> Result<Cursor, Problem> {
    let cursor = Cursor::decode(text).ok_or_else(foreign_cursor)?;
    if cursor.query != fingerprint {
        return Err(Problem::new(
            &kinds::INVALID_QUERY,
            "`cursor` belongs to another search: repeat `q` and the filters of that search, or start again without it.",
        ));
    }
    Ok(cursor)
}

/// Checks that the revision in which a search began can still be searched.
async fn still_there(tx: &mut impl Transaction, number: u64, newest: u64) -> Result<(), Problem> {
    if number > newest {
        return Err(foreign_cursor());
    }
    if number > 0 && revisions::get(tx, number).await?.is_some() && entries::is_kept(tx, number).await? {
        return Ok(());
    }
    Err(Problem::new(
        &kinds::REVISION_GONE,
        format!(
            "This search began in revision {number}, which can no longer be searched; start again without `cursor`."
        ),
    ))
}
