//! `GET /v1/changes`: the steps from a known revision to the newest.

use crate::edge::{self, Caching, Query, Representation, link_next, memo};
use crate::hub::App;
use crate::hub::MAX_MEMO_SECONDS;
use crate::hub::TruncatedBody;
use crate::hub::document::kept;
use crate::hub::paging;
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::changes::{Changes, ChangesQuery};
use api::page;
use api::paths;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use bytes::Bytes;
use federation::compose::Filter;
use federation::limits::MAX_PAGE_BYTES;
use futures::{StreamExt as _, stream};
use http::HeaderMap;
use serde_json::Value;
use store::database::{Transaction, read_with};
use store::revisions::steps::{self, Piece};
use store::{StoreError, revisions};

/// Maximum bytes of steps on a page; a larger piece is sent on a page by itself.
const PAGE_BYTES: u64 = MAX_PAGE_BYTES as u64;

/// Lists the changes since a revision.
///
/// In order; a page may end within a revision. Replaying the steps over the capabilities of revision `since` gives those of `until`, whose
/// document is `head` with these capabilities. Continue with `next` and `cursor` until `next` is null.
#[utoipa::path(
    get,
    path = paths::CHANGES,
    operation_id = "listChanges",
    tag = "federation",
    params(ChangesQuery, Conditional),
    responses(
        (status = 200, description = "A page of steps that can be replayed.", body = Changes, headers(("ETag"), ("Cache-Control"), ("Link"))),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_NOT_FOUND.code, kinds::REVISION_GONE.code]))),
)]
pub async fn changes<P: Ports>(
    State(app): State<App<P>>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ChangesQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, page::CHANGES)?;
    let after = paging::key_of_cursor(query.cursor.as_deref())?;
    let after = after.map_or(Ok(0), |piece| piece.parse::<i64>().map_err(|_| paging::foreign_cursor()))?;
    let database = app.database().await?;
    let head = revisions::head(database).await?;
    let newest = head.revision.as_ref().map_or(0, |it| it.number);
    let since = query.since;
    let page = read_with(database, async |tx| Page::read(tx, since, newest, limit, after).await).await?;
    let Page { pieces, until, cursor } = page;
    let document = match until == newest && cursor.is_none() {
        true => Some(app.documents().newest(&app.ports, &head).await?),
        false => None,
    };
    // If another revision was published meanwhile, the client has to continue, so there is no `head`.
    let document = document.filter(|it| it.revision == head.revision);
    let complete = document.is_some();
    let revision = head.revision.as_ref().map(|it| (it.number, it.digest.as_str(), it.composed_at));
    let etag = serde_json::json!([since, after, until, cursor, complete, revision]).to_string();
    let etag = federation::negotiation::entity_tag(etag.as_bytes());
    let document = document.map_or(Value::Null, |it| it.document(&Filter::default(), it.conflicts.clone()).head());
    let next = (!complete).then_some(until);
    let cursor = cursor.map(paging::cursor_after);
    let before = format!("{{\"since\":{since},\"until\":{until},\"newest\":{newest},\"head\":{document},\"items\":[");
    let end = format!("],\"next\":{},\"cursor\":{}}}", Value::from(next), Value::from(cursor.clone()));
    let body = body(app.ports.clone(), before, pieces, end);
    let read =
        Representation { media_type: "application/json", body, etag: &etag, modified: None, caching: Caching::NoCache };
    let response = read.respond(&headers);
    let here = match query.limit {
        Some(limit) => format!("{}?since={until}&limit={limit}", uri.path()),
        None => format!("{}?since={until}", uri.path()),
    };
    let response = match (next, here.parse()) {
        (Some(until), Ok(uri)) => match &cursor {
            Some(cursor) => link_next(response, &uri, "cursor", Some(cursor)),
            None => link_next(response, &uri, "since", Some(&until.to_string())),
        },
        _ => response,
    };
    Ok(memo(response, Some(MAX_MEMO_SECONDS)))
}

/// The steps on a page.
struct Page {
    pieces: Vec<Piece>,
    /// The last revision all of whose steps have been given with this page.
    until: u64,
    /// The last of the pieces, if its revision has further steps.
    cursor: Option<i64>,
}

impl Page {
    /// Reads the steps of at most `limit` revisions after `since`, from the piece after number `after` on.
    async fn read(
        tx: &mut impl Transaction,
        since: u64,
        newest: u64,
        limit: usize,
        after: i64,
    ) -> Result<Self, Problem> {
        if since > 0 {
            kept(tx, since).await?;
        } else if newest > 0 {
            // Changes since revision 0 can only be given while the first revision is stored.
            kept(tx, 1).await?;
        }
        let last = revisions::after(tx, since, limit).await?.min(newest.max(since));
        let listed = steps::pieces(tx, since, last, after).await?;
        let shown = fitting(&listed);
        if let Some(piece) = shown.iter().find(|piece| piece.lost) {
            return Err(StoreError::Unreadable(format!("changes of revision {}: lost", piece.revision)).into());
        }
        let (until, cursor) = match (shown.last(), listed.get(shown.len())) {
            (Some(end), Some(next)) if end.revision == next.revision => {
                (revisions::before(tx, end.revision, since).await?, Some(end.number))
            }
            (Some(end), Some(_)) => (end.revision, None),
            _ => (last, None),
        };
        Ok(Self { pieces: shown.to_vec(), until, cursor })
    }
}

/// The first pieces that fit on a page, but at least one.
fn fitting(listed: &[Piece]) -> &[Piece] {
    let mut bytes = 0;
    let fitting = listed.iter().take_while(|piece| {
        bytes += piece.plain.length;
        bytes == piece.plain.length || bytes <= PAGE_BYTES
    });
    listed.split_at(fitting.count()).0
}

/// The body of the response, with one piece in memory at a time.
fn body<P: Ports>(ports: P, before: String, pieces: Vec<Piece>, end: String) -> Body {
    let separators = pieces.len().saturating_sub(1) as u64 * 2;
    let length =
        before.len() as u64 + pieces.iter().map(|it| it.plain.length).sum::<u64>() + separators + end.len() as u64;
    let steps = stream::iter(pieces.into_iter().enumerate()).then(move |(i, piece)| {
        let ports = ports.clone();
        async move {
            let text = steps::read(ports.database(), &piece).await.map_err(|error| TruncatedBody(error.to_string()))?;
            Ok(Bytes::from(if i == 0 { text } else { format!(",\n{text}") }))
        }
    });
    let around = |text: String| stream::iter([Ok(Bytes::from(text))]);
    edge::streamed(length, around(before).chain(steps).chain(around(end)).boxed())
}
