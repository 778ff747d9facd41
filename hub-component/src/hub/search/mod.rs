//! Capability search: takes a request and returns a page. HTTP, MCP and the HTML pages all use it.

mod missed;
mod near;

pub use missed::is_missed;

use crate::hub::App;
use crate::hub::paging::{self, foreign_cursor};
use crate::log;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::page::CAPABILITIES;
use federation::search::{
    Answered, BYTES_PER_TOKEN, Cursor, Fields, Hit, Match, Page, Place, Query, Synonyms, Wording, find,
};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use store::database::{Transaction, Unframed, read_with};
use store::revisions::Head;
use store::search::{self as index, Scope};
use store::{StoreError, former};

/// Longest id that is compared with others to suggest similar ones, in bytes.
const MAX_ID_BYTES: usize = 300;
/// Most ids that are compared because they have words in common.
const MAX_SIMILAR: usize = 20;
/// Longest filter or list of fields, in characters.
const MAX_CHARS: usize = 1000;

/// The search's own synonyms and those of the operator. A table that is too long is reported and left out, since a search without it is better
/// than none.
pub fn synonyms(text: &str) -> Synonyms {
    Synonyms::with(text).unwrap_or_else(|error| {
        log::line("invalid_setting", &json!({"variable": "search_synonyms", "detail": error.to_string()}));
        Synonyms::default()
    })
}

/// A search request, not yet validated.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Phrasings of a question; without one, everything matches.
    pub q: Vec<String>,
    /// Only this domain.
    pub domain: Option<String>,
    /// Only this repo.
    pub repo: Option<String>,
    /// Only this status, ignoring case.
    pub status: Option<String>,
    /// Only with this tag, ignoring case.
    pub tag: Option<String>,
    /// Groups of terms of the index: only capabilities that have one of each group.
    pub any_of: Vec<Vec<String>>,
    /// Comma-separated field names, or `*` for all.
    pub fields: Option<String>,
    /// Maximum number of results on a page.
    pub limit: Option<usize>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
    /// Results that are left out before the page begins.
    pub skip: usize,
    /// Maximum size of the response in bytes: the page as JSON, and the text around it.
    pub budget: Option<usize>,
    /// Bytes of the text around the page.
    pub around: usize,
}

/// A page of matching capabilities, best match first; without search words, by repo and position. A question that is not answered well is
/// remembered.
///
/// # Errors
/// `invalid-query`, `budget-too-small`, `nothing-published`, `revision-gone` if the previous pages are too old, or a failure of the store.
pub async fn search<P: Ports>(app: &App<P>, head: &Head, request: &Request) -> Result<Page, Problem> {
    let page = answer(app, head, request).await?;
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
/// `capability-not-found` with similar ids, and as [`search`].
pub async fn capability<P: Ports>(app: &App<P>, head: &Head, id: &str, request: &Request) -> Result<Page, Problem> {
    let page = page(app, head, request, Some(id), Fields::All).await?;
    if page.total > 0 {
        return Ok(page);
    }
    let mut database = Unframed(app.database().await?);
    let similar = if id.len() > MAX_ID_BYTES { Vec::new() } else { similar_ids(&mut database, id).await? };
    Err(Problem::new(&kinds::CAPABILITY_NOT_FOUND, near::suggest(id, similar)))
}

/// How many capabilities of the newest revision have each of these terms of the index; terms that none has are left out.
///
/// # Errors
/// If the store fails.
pub async fn counts<P: Ports>(app: &App<P>, terms: &[String]) -> Result<BTreeMap<String, u64>, Problem> {
    Ok(index::counts(&mut Unframed(app.database().await?), terms).await?)
}

/// Ids that are similar to one that does not exist: its neighbours in sort order, and those that have its words.
async fn similar_ids(tx: &mut impl Transaction, id: &str) -> Result<Vec<String>, StoreError> {
    let mut similar = index::neighbours(tx, id).await?;
    let question = [id.to_owned()];
    let found = find(&mut Scope::newest(tx), &question, &Synonyms::default(), &[]).await?;
    let best: Vec<(i64, u32)> = found.matches.iter().take(MAX_SIMILAR).map(place_of).collect();
    for (_, json) in index::entries(tx, &best).await? {
        let entry: Value = serde_json::from_str(&json).unwrap_or_default();
        similar.extend(entry.get("id").and_then(Value::as_str).map(str::to_owned));
    }
    Ok(similar)
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
        None => read(&mut Unframed(database), head, request, app.synonyms(), id, fields.clone()).await?,
        Some(_) => None,
    };
    if let Some(page) = first {
        return Ok(page);
    }
    let page = read_with(database, async |tx| read(tx, head, request, app.synonyms(), id, fields).await).await?;
    page.ok_or_else(|| Problem::new(&kinds::INTERNAL, "The search could not be finished; try again."))
}

/// Reads a page; none if the newest revision changed in between.
async fn read(
    tx: &mut impl Transaction,
    head: &Head,
    request: &Request,
    synonyms: &Synonyms,
    id: Option<&str>,
    fields: Fields,
) -> Result<Option<Page>, Problem> {
    let query = Query { id: id.map(str::to_owned), ..query(request)? };
    let fields = bounded("fields", request.fields.as_deref())?.map_or(fields, Fields::parse);
    let limit = paging::limit(request.limit, CAPABILITIES)?;
    let fingerprint = query.fingerprint();
    let cursor = request.cursor.as_deref().map(|text| cursor(text, fingerprint)).transpose()?;
    crate::hub::document::published(head)?;
    let past = match &cursor {
        None => None,
        Some(cursor) => still_there(tx, cursor.revision).await?,
    };
    // In the past, a repo has the name that it had then.
    let repo = match past {
        None => former::current_of(tx, query.repo.as_deref()).await?,
        Some(_) => query.repo.clone(),
    };
    let scope = match past {
        None => Scope::newest(tx),
        Some(number) => Scope::past(tx, number),
    };
    let mut scope = scope.within(query.domain.as_deref(), repo.as_deref());
    let mut answered = find(&mut scope, &query.phrasings, synonyms, &query.required()).await?;
    if scope.is_torn() {
        return Ok(None);
    }
    let (newest, _) = scope.seen();
    let revision = past.unwrap_or(newest);
    let mut wording = match query.phrasings.as_slice() {
        [] => Wording::default(),
        _ => Wording::of(&mut answered),
    };
    let rest = match &cursor {
        None => answered.matches.as_slice(),
        Some(cursor) => after(&answered.matches, &cursor.after),
    };
    if rest.is_empty() && cursor.is_some() {
        return Err(foreign_cursor());
    }
    let rest = rest.get(request.skip..).unwrap_or_default();
    let (total, shown) = (answered.matches.len(), rest.get(..limit).unwrap_or(rest));
    let mut hits = hits(tx, &answered, shown, &fields).await?;
    if wording.advice().is_some() {
        wording.near = Some(match hits.is_empty() {
            true => near::everywhere(tx).await?,
            false => near::places(&hits),
        });
    }
    let mut more = hits.len() < rest.len();
    more |= paging::fit(&mut hits);
    // An unknown id is reported whatever the budget.
    let budget = request.budget.filter(|_| total > 0 || id.is_none()).map(|bytes| bytes.saturating_sub(request.around));
    let fit = |hits, wording: &Wording| Page::fit(revision, fingerprint, total, hits, more, wording, budget);
    let page = match budget {
        // Without a budget, everything fits.
        None => fit(hits, &wording),
        Some(_) => fit(hits.clone(), &wording).or_else(|_| fit(hits, &wording.brief())),
    };
    page.map(Some).map_err(|small| {
        let bytes = small.needed + request.around;
        let tokens = bytes.div_ceil(BYTES_PER_TOKEN);
        Problem::new(
            &kinds::BUDGET_TOO_SMALL,
            format!("The smallest response has {bytes} bytes; set `budget_tokens` to {tokens} or more."),
        )
    })
}

fn place_of(it: &Match) -> (i64, u32) {
    (it.fragment, it.place.position)
}

/// The matches after a place in their order.
fn after<'a>(matches: &'a [Match], place: &Place) -> &'a [Match] {
    let key = |place: &Place| (Reverse(place.score), place.repo.clone(), place.position);
    let last = key(place);
    matches.get(matches.partition_point(|it| key(&it.place) <= last)..).unwrap_or_default()
}

/// The entries of matches with the chosen fields, and the words that matched; fewer if they are too large for one page.
async fn hits(
    tx: &mut impl Transaction,
    answered: &Answered,
    matches: &[Match],
    fields: &Fields,
) -> Result<Vec<Hit>, Problem> {
    let entries = index::entries(tx, &matches.iter().map(place_of).collect::<Vec<_>>()).await?;
    let unreadable =
        |e: serde_json::Error| Problem::new(&kinds::INTERNAL, "An entry cannot be read.").internal(e.to_string());
    let hits = entries.into_iter().filter_map(|(place, json)| Some((matches.get(place)?, json)));
    let hits = hits.map(|(it, json)| {
        let mut entry = fields.of(serde_json::from_str::<Map<String, Value>>(&json)?);
        let matched = answered.matched(it);
        if !matched.is_empty() {
            entry.insert("matched".to_owned(), matched.into());
        }
        Ok(Hit { place: it.place.clone(), entry })
    });
    hits.collect::<Result<_, _>>().map_err(unreadable)
}

fn query(request: &Request) -> Result<Query, Problem> {
    let query = Query::of(&request.q).map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{e}.")))?;
    let owned = |name, value: &Option<String>| bounded(name, value.as_deref()).map(|v| v.map(str::to_owned));
    Ok(Query {
        domain: owned("domain", &request.domain)?,
        repo: owned("repo", &request.repo)?,
        status: owned("status", &request.status)?,
        tag: owned("tag", &request.tag)?,
        any_of: request.any_of.clone(),
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

/// Checks that the revision in which a search began can still be searched, and returns it unless it is the newest one.
async fn still_there(tx: &mut impl Transaction, number: u64) -> Result<Option<u64>, Problem> {
    let (newest, _) = index::newest(tx).await?.unwrap_or_default();
    if number == newest {
        return Ok(None);
    }
    if number > newest {
        return Err(foreign_cursor());
    }
    if number > 0 && index::is_kept(tx, number).await? {
        return Ok(Some(number));
    }
    Err(Problem::new(
        &kinds::REVISION_GONE,
        format!(
            "This search began in revision {number}, which can no longer be searched; start again without `cursor`."
        ),
    ))
}
