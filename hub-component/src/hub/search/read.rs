//! Reads a page of matches, in the newest revision or in the one in which the search began.

use super::near;
use super::request::{Request, bounded};
use crate::hub::document::published;
use crate::hub::paging::{self, foreign_cursor};
use crate::problem::{Problem, kinds};
use api::page::CAPABILITIES;
use federation::search::{
    Answered, BYTES_PER_TOKEN, Cursor, Fields, Hit, Match, Page, Query, SortKey, Synonyms, TooSmall, Wording, find,
};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use store::database::Transaction;
use store::former;
use store::revisions::Head;
use store::search::{self as index, Scope};

/// Reads a page; none if the newest revision changed in between.
pub(super) async fn read(
    tx: &mut impl Transaction,
    head: &Head,
    request: &Request,
    synonyms: &Synonyms,
    id: Option<&str>,
    fields: Fields,
) -> Result<Option<Page>, Problem> {
    let query = Query { id: id.map(str::to_owned), ..request.query()? };
    let fields = bounded("fields", request.fields.as_deref())?.map_or(fields, Fields::parse);
    let limit = paging::limit(request.limit, CAPABILITIES)?;
    let fingerprint = query.fingerprint();
    let cursor = request.cursor.as_deref().map(|text| cursor(text, fingerprint)).transpose()?;
    published(head)?;
    let past = match &cursor {
        None => None,
        Some(cursor) => still_there(tx, cursor.revision).await?,
    };
    let (repo, scope) = match past {
        None => (former::current_of(tx, query.repo.as_deref()).await?, Scope::newest(tx)),
        // In the past, a repo has the name that it had then.
        Some(number) => (query.repo.clone(), Scope::past(tx, number)),
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
    let rest = remaining(&answered.matches, cursor.as_ref(), request.skip)?;
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
    page.map(Some).map_err(|small| budget_too_small(small, request.around))
}

fn budget_too_small(small: TooSmall, around: usize) -> Problem {
    let bytes = small.needed + around;
    let tokens = bytes.div_ceil(BYTES_PER_TOKEN);
    Problem::new(
        &kinds::BUDGET_TOO_SMALL,
        format!("The smallest response has {bytes} bytes; set `budget_tokens` to {tokens} or more."),
    )
}

/// The matches that the pages up to the cursor have not shown, without those that are skipped.
fn remaining<'a>(matches: &'a [Match], cursor: Option<&Cursor>, skip: usize) -> Result<&'a [Match], Problem> {
    let rest = match cursor {
        None => matches,
        Some(cursor) => after(matches, &cursor.after),
    };
    if rest.is_empty() && cursor.is_some() {
        return Err(foreign_cursor());
    }
    Ok(rest.get(skip..).unwrap_or_default())
}

/// The fragment and the position in it, by which the store finds the entry of a match.
pub(super) fn place_of(it: &Match) -> (i64, u32) {
    (it.fragment, it.place.position)
}

/// The matches after a place in their order.
fn after<'a>(matches: &'a [Match], place: &SortKey) -> &'a [Match] {
    let key = |place: &SortKey| (Reverse(place.score), place.repo.clone(), place.position);
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
