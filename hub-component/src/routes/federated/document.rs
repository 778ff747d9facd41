//! The federated document.

use crate::edge::{self, Caching, Query, Representation, SERVICE_DESC, SERVICE_DOC, links, memo};
use crate::hub::App;
use crate::hub::MAX_MEMO_SECONDS;
use crate::hub::document::{Composed, Selection, entity_tag, kept, published};
use crate::hub::{revalidate_due, wait_for_revision};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::federated::FederatedQuery;
use api::headers::{MIRRORED, REVISION, VERIFIED};
use api::paths;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use federation::compose::{Filter, Format};
use federation::negotiation::Coding;
use federation::time::{Seconds, rfc3339};
use http::header::{CONTENT_ENCODING, LINK, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::sync::Arc;
use store::StoreError;
use store::database::{Autocommit, Database, read_with};
use store::former;
use store::revisions::{self, Revision};

/// Links for programs (RFC 8288, RFC 8631).
const LINKS: [(&str, &str); 3] = [("/schemas/federated.schema.yaml", "describedby"), SERVICE_DESC, SERVICE_DOC];

/// The formats of the document in the hub's order of preference, with their media types.
const FORMATS: &[(Format, &[&str])] = &[
    (Format::Yaml, &["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"]),
    (Format::Json, &["application/json"]),
];

/// Reads the federated document.
///
/// The capabilities of all sources in one document, or of those that `domain` and `repo` name. A read never waits for a source: what is due is
/// fetched after the response.
#[utoipa::path(
    get,
    path = paths::FEDERATED,
    operation_id = "readFederated",
    tag = "federation",
    params(
        FederatedQuery,
        Conditional,
        ("If-Modified-Since" = Option<String>, Header, description = "HTTP date; ignored if `If-None-Match` is sent."),
        ("Accept" = Option<String>, Header, description = "Media types that the client accepts, with weights."),
        ("Accept-Encoding" = Option<String>, Header, description = "`gzip`, or no coding."),
    ),
    responses(
        (
            status = 200,
            description = "The document.",
            content(
                (ref("#/components/schemas/Federated") = "application/yaml"),
                (ref("#/components/schemas/Federated") = "application/json"),
            ),
            headers(
                ("ETag"), ("Last-Modified"), ("Cache-Control"), ("Vary"), ("Link"), ("Content-Encoding"),
                ("Reuse-Surface-Revision"), ("Reuse-Surface-Verified"), ("Reuse-Surface-Mirrored"),
            ),
        ),
    ),
    extensions(("x-problems" = json!([kinds::REVISION_NOT_FOUND.code, kinds::REVISION_GONE.code, kinds::NOTHING_PUBLISHED.code, kinds::TOO_STALE.code, kinds::BEHIND.code, kinds::NOT_ACCEPTABLE.code]))),
)]
pub async fn read<P: Ports>(
    State(app): State<App<P>>,
    Query(parameters): Query<FederatedQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let negotiated = Negotiated::new(parameters.format.as_deref(), &headers)?;
    let filter = Filter::parse(parameters.domain.as_deref(), parameters.repo.as_deref())
        .map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{e}.")))?;
    let has_provenance = parameters.provenance == Some(true);
    wait_for_revision(&app, parameters.min_revision).await?;
    if let Some(number) = parameters.revision {
        return read_kept(&app, number, filter, has_provenance, &negotiated, &headers).await;
    }
    let is_plain = filter.is_whole() && !has_provenance;
    let (database, now) = (app.database().await?, app.ports.now());
    let (head, memo_for) = revalidate_due(&app).await?;
    published(&head)?;
    let filter = called_now(database, filter).await?;
    // A limit on staleness depends on the current time, so the response must not be reused.
    let (caching, memo_for) = match parameters.max_staleness {
        None => (Caching::Revalidated, memo_for),
        Some(_) => (Caching::NoCache, None),
    };
    let known = head.revision.as_ref().filter(|it| is_plain && negotiated.is_known(it, &headers, now));
    let (composed, selection) = match known {
        Some(_) => (None, Selection::from(filter)),
        None => {
            let composed = app.documents().newest(&app.ports, &head).await?;
            let selection = selected(database, &composed, filter, has_provenance).await?;
            (Some(composed), selection)
        }
    };
    let filter = &selection.filter;
    let verified_at =
        if filter.is_whole() { head.verified_at } else { revisions::verified_at(database, filter).await? };
    if let Some(seconds) = parameters.max_staleness {
        refuse_staler_than(seconds, verified_at, head.due_at, now)?;
    }
    let mut response = match composed {
        Some(composed) => match negotiated.respond(&app, &composed, &selection, &headers, caching).await {
            Err(_) if composed.is_outdated() => {
                let composed = app.documents().newest(&app.ports, &head).await?;
                negotiated.respond(&app, &composed, &selection, &headers, caching).await?
            }
            response => response?,
        },
        None => negotiated.answer(head.revision.as_ref(), &selection, &headers, caching, now, Body::empty()),
    };
    let mirrored_at = head.mirrored_at(app.primary());
    for (name, at) in [(VERIFIED, verified_at), (MIRRORED, mirrored_at)] {
        let at = at.and_then(|at| HeaderValue::from_str(&rfc3339(at)).ok());
        response.headers_mut().extend(at.map(|at| (name, at)));
    }
    Ok(memo(response, memo_for))
}

/// The document of a revision that the client names.
async fn read_kept<P: Ports>(
    app: &App<P>,
    number: u64,
    filter: Filter,
    has_provenance: bool,
    negotiated: &Negotiated,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (database, now) = (app.database().await?, app.ports.now());
    let revision = read_with(database, async |tx| kept(tx, number).await).await?;
    // A commit may become known after its revision.
    let caching = if has_provenance { Caching::NoCache } else { Caching::Immutable };
    let is_plain = filter.is_whole() && !has_provenance;
    let response = if is_plain && negotiated.is_known(&revision, headers, now) {
        negotiated.answer(Some(&revision), &Selection::from(filter), headers, caching, now, Body::empty())
    } else {
        let composed = app.documents().at(&app.ports, &revision).await?;
        let selection = selected(database, &composed, filter, has_provenance).await?;
        negotiated.respond(app, &composed, &selection, headers, caching).await?
    };
    Ok(memo(response, Some(MAX_MEMO_SECONDS)))
}

/// The part of this revision that the client requests.
async fn selected(
    database: &impl Database,
    composed: &Composed,
    filter: Filter,
    has_provenance: bool,
) -> Result<Selection, StoreError> {
    let lines = || composed.sources.iter().map(|source| &source.line);
    let filter = filter.among(lines());
    let provenance = match has_provenance {
        true => {
            let repos: Vec<&str> = lines().filter(|it| filter.takes(it)).map(|it| it.repo.as_str()).collect();
            Some(revisions::commits_at(&mut Autocommit(database), composed.number(), &repos).await?)
        }
        false => None,
    };
    Ok(Selection { filter, provenance })
}

/// The filter with the current names of its repos. A past revision has the names of its time.
async fn called_now(database: &impl Database, filter: Filter) -> Result<Filter, Problem> {
    let Some(repos) = &filter.repo else { return Ok(filter) };
    let repos: Vec<&str> = repos.iter().map(String::as_str).collect();
    let repo = Some(former::current(&mut Autocommit(database), &repos).await?);
    Ok(Filter { repo, ..filter })
}

fn refuse_staler_than(
    seconds: u32,
    verified_at: Option<Seconds>,
    due_at: Option<Seconds>,
    now: Seconds,
) -> Result<(), Problem> {
    let age = verified_at.map_or(0, |at| now - at);
    if age <= Seconds::from(seconds) {
        return Ok(());
    }
    let wait = due_at.map_or(0, |at| at - now).clamp(5, 3600);
    Err(Problem::new(
        &kinds::TOO_STALE,
        format!(
            "A source was last verified {age} s ago and will be checked again within {wait} s. Try again then, accept older data, or \
             refresh now with `POST /v1/federated/compose?force=true`."
        ),
    )
    .retry_after(u32::try_from(wait).unwrap_or(5)))
}

/// The negotiated representation, and the headers that decided it.
struct Negotiated {
    format: Format,
    coding: Coding,
    vary: &'static str,
}

impl Negotiated {
    fn new(parameter: Option<&str>, headers: &HeaderMap) -> Result<Self, Problem> {
        let (format, vary) = match parameter {
            Some("yaml") => (Format::Yaml, "accept-encoding"),
            Some("json") => (Format::Json, "accept-encoding"),
            Some(_) => return Err(Problem::new(&kinds::INVALID_QUERY, "`format` must be `yaml` or `json`.")),
            None => (edge::preferred(headers, FORMATS)?, "accept, accept-encoding"),
        };
        Ok(Self { format, coding: edge::coding(headers)?, vary })
    }

    /// Whether the client already has the whole document of this revision.
    fn is_known(&self, revision: &Revision, request: &HeaderMap, now: Seconds) -> bool {
        let etag = entity_tag(Some(revision), &Selection::default(), self.format, self.coding);
        edge::is_not_modified(request, &etag, modified(Some(revision), now))
    }

    async fn respond<P: Ports>(
        &self,
        app: &App<P>,
        composed: &Arc<Composed>,
        selection: &Selection,
        request: &HeaderMap,
        caching: Caching,
    ) -> Result<Response, Problem> {
        let (revision, now) = (composed.revision.as_ref(), app.ports.now());
        let etag = entity_tag(revision, selection, self.format, self.coding);
        let body = match edge::is_not_modified(request, &etag, dated(revision, selection, now)) {
            true => Body::empty(),
            false => {
                let (length, chunks) = composed.body(&app.ports, selection, self.format, self.coding).await?;
                edge::streamed(length, chunks)
            }
        };
        Ok(self.answer(revision, selection, request, caching, now, body))
    }

    fn answer(
        &self,
        revision: Option<&Revision>,
        selection: &Selection,
        request: &HeaderMap,
        caching: Caching,
        now: Seconds,
        body: Body,
    ) -> Response {
        let etag = entity_tag(revision, selection, self.format, self.coding);
        let read = Representation {
            media_type: self.format.media_type(),
            body,
            etag: &etag,
            modified: dated(revision, selection, now),
            caching,
        };
        let mut response = read.respond(request);
        let compressed = self.coding == Coding::Gzip && response.status() == StatusCode::OK;
        let headers = response.headers_mut();
        headers.extend(compressed.then(|| (CONTENT_ENCODING, HeaderValue::from_static("gzip"))));
        headers.insert(VARY, HeaderValue::from_static(self.vary));
        headers.extend(links(&LINKS).map(|links| (LINK, links)));
        headers.insert(REVISION, HeaderValue::from(revision.map_or(0, |revision| revision.number)));
        response
    }
}

/// `Last-Modified` of a document. One with commits has none: they may become known later.
fn dated(revision: Option<&Revision>, selection: &Selection, now: Seconds) -> Option<Seconds> {
    modified(revision, now).filter(|_| selection.provenance.is_none())
}

/// `Last-Modified` of a revision. There is none in the second of its composition: another revision may follow with the same date.
fn modified(revision: Option<&Revision>, now: Seconds) -> Option<Seconds> {
    revision.map(|revision| revision.composed_at).filter(|at| *at < now)
}
