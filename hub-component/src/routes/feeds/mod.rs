//! `GET /v1/changes.atom` and `GET /v1/changes/stream`: what is published, for feed readers and for programs that stay connected.

mod atom;

use crate::edge::{AppForRequest, Caching, Query, Representation, link_next, memo};
use crate::hub::following::{Follower, Message, page};
use crate::hub::paging::cursor_after;
use crate::hub::{App, revalidate_due};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::feeds::{AtomQuery, DEFAULT_STREAM_SECONDS, MAX_STREAM_SECONDS, RevisionEvent, StreamQuery};
use api::paths;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use bytes::Bytes;
use federation::negotiation::entity_tag;
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::convert::Infallible;
use utoipa::IntoParams;

/// Reads the feed of changes.
///
/// Atom (RFC 4287): one entry for each revision, newest first, for all sources, one repo or one domain. Pages are linked as in RFC 5005.
#[utoipa::path(
    get,
    path = paths::ATOM,
    operation_id = "readFeed",
    tag = "federation",
    params(AtomQuery, Conditional),
    responses(
        (
            status = 200,
            description = "A page of the feed.",
            body = String,
            content_type = "application/atom+xml",
            headers(("ETag"), ("Cache-Control"), ("Link")),
        ),
    ),
)]
pub async fn atom<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<AtomQuery>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (_, memo_for) = revalidate_due(&app).await?;
    let (entries, next) = page(&app, &query).await?;
    let next = next.map(cursor_after);
    let body = atom::render(app.public_url(), &query, &entries, next.as_deref());
    let etag = entity_tag(body.as_bytes());
    let read = Representation {
        media_type: "application/atom+xml; charset=utf-8",
        body: body.into(),
        etag: &etag,
        modified: None,
        caching: Caching::NoCache,
    };
    Ok(memo(link_next(read.respond(&request), &uri, "cursor", next.as_deref()), memo_for))
}

/// How long a client waits before it reconnects when a stream has ended, in milliseconds.
const RETRY_MS: u32 = 3000;

/// The request header with which a client resumes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes; the handler looks at the header")]
pub struct Resumed {
    /// The last revision that the client has received.
    #[param(rename = "Last-Event-ID")]
    last_event_id: Option<u64>,
}

/// Follows the changes.
///
/// Server-Sent Events: an event `revision` for each revision, whose id is its number. A client that reconnects with `Last-Event-ID` gets every
/// revision after it once, in order.
#[utoipa::path(
    get,
    path = paths::STREAM,
    operation_id = "followChanges",
    tag = "federation",
    params(StreamQuery, Resumed),
    responses(
        (
            status = 200,
            description = "Events, until the stream ends.",
            body = RevisionEvent,
            content_type = "text/event-stream",
            headers(("Cache-Control")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_NOT_FOUND.code, kinds::REVISION_GONE.code, kinds::TOO_MANY_STREAMS.code]))),
)]
pub async fn follow<P: Ports>(
    State(app): State<App<P>>,
    Query(StreamQuery { since, seconds }): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let invalid = |what: String| Problem::new(&kinds::INVALID_QUERY, what);
    let seconds = seconds.unwrap_or(DEFAULT_STREAM_SECONDS);
    if !(1..=MAX_STREAM_SECONDS).contains(&seconds) {
        return Err(invalid(format!("`seconds` must be from 1 to {MAX_STREAM_SECONDS}.")));
    }
    let last = headers.get("last-event-id").filter(|id| !id.is_empty());
    let last = last.map(|id| id.to_str().ok().and_then(|id| id.parse().ok()));
    let last: Option<u64> =
        last.map(|id| id.ok_or_else(|| invalid("`Last-Event-ID` must be a revision.".to_owned()))).transpose()?;
    let follower = Follower::begin(&app, last.or(since), seconds).await?;
    // An id without data tells the client its position and is not an event.
    let first = format!("retry: {RETRY_MS}\nid: {}\n\n", follower.last());
    let begin = stream::iter([Ok::<_, Infallible>(Bytes::from(first))]);
    let events = stream::unfold(follower, async |mut follower| {
        let text = text(follower.next().await?);
        Some((Ok(Bytes::from(text)), follower))
    });
    let mut response = Response::new(Body::from_stream(futures::StreamExt::chain(begin, events)));
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // No proxy may store, transform or buffer it.
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    answer.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// What a follower receives, as events.
fn text(message: Message) -> String {
    match message {
        // A comment, so that no proxy considers the connection idle.
        Message::Quiet => ":\n\n".to_owned(),
        Message::Published(revisions) => {
            let event = |revision: &api::federated::Revision| {
                // Serialising strings and numbers cannot fail, and JSON has no line feed.
                let data = serde_json::to_string(revision).unwrap_or_default();
                format!("id: {}\nevent: revision\ndata: {data}\n\n", revision.revision)
            };
            revisions.iter().map(event).collect()
        }
    }
}
