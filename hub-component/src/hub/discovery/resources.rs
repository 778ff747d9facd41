//! Resources of Agentic Resource Discovery: the search, the list, and one of them.

use super::FIELDS;
use super::filter::{Filter, invalid};
use crate::hub::App;
use crate::hub::search::{self, Request};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::discovery::{FoundResources, ResourceSearch, Resources, ResourcesQuery};
use api::page::{ARD_RESOURCES, ARD_SEARCH, Limit};
use federation::discovery::{Resource, Site, canonical, is_identifier, own_resource, resource};
use federation::search::{Fit, Page, filter_term, words};
use store::revisions::Head;

/// Longest text of a search, in characters.
const MAX_TEXT: usize = 4096;
/// The search scores out of 10,000, ARD out of 100.
const PER_POINT: u32 = 100;

/// A page of resources that answer a question, and the revision that was searched. A question that is not answered well is remembered.
///
/// # Errors
/// `invalid-argument`, `nothing-published`, `revision-gone` if the previous pages are too old, or a failure of the store.
pub async fn found<P: Ports>(
    app: &App<P>,
    head: &Head,
    body: &ResourceSearch,
) -> Result<(u64, FoundResources), Problem> {
    let site = Site::at(app.public_url());
    let text = body.query.text.as_str();
    if text.chars().count() > MAX_TEXT || words(text).is_empty() {
        return Err(invalid(format!(
            "`query.text` must have a letter or a digit to search for, and at most {MAX_TEXT} characters."
        )));
    }
    let filter = Filter::read(body.query.filter.as_ref().unwrap_or(&serde_json::Map::new()), &site)?;
    if filter.is_empty {
        let revision = head.number();
        return Ok((revision, FoundResources::default()));
    }
    let request = Request {
        q: vec![text.to_owned()],
        domain: filter.domain,
        repo: filter.repo,
        any_of: filter.any_of,
        fields: Some(FIELDS.to_owned()),
        limit: Some(size(body.page_size, ARD_SEARCH)),
        cursor: body.page_token.clone(),
        ..Request::default()
    };
    let page = search::search(app, head, &request).await.map_err(as_of_token)?;
    if page.fit.as_ref().is_some_and(|fit| fit.is(Fit::None)) {
        return Ok((page.revision, FoundResources::default()));
    }
    let scored = page.capabilities.iter().zip(&page.scores).filter_map(|(entry, score)| {
        Some(Resource {
            score: Some((score / PER_POINT).clamp(1, 100)),
            source: Some(site.url().to_owned()),
            representative_queries: Vec::new(),
            ..resource(entry, &site)?
        })
    });
    Ok((page.revision, FoundResources { results: scored.collect(), page_token: page.next }))
}

/// A page of all resources, by repo, and the revision that they are of.
///
/// # Errors
/// As [`found`].
pub async fn page<P: Ports>(app: &App<P>, head: &Head, query: &ResourcesQuery) -> Result<(u64, Resources), Problem> {
    let site = Site::at(app.public_url());
    let ResourcesQuery { page_size, page_token, offset, r#type } = query;
    let limit = size(*page_size, ARD_RESOURCES);
    let types = search::bounded("type", r#type.as_deref())?.map(|types| types.split(',').map(canonical));
    let request = Request {
        any_of: types.map(|types| types.map(|name| filter_term("type", &name)).collect()).into_iter().collect(),
        fields: Some(FIELDS.to_owned()),
        limit: Some(limit),
        cursor: page_token.clone(),
        skip: offset.map_or(0, |offset| usize::try_from(offset).unwrap_or(usize::MAX)),
        ..Request::default()
    };
    let Page { revision, total, next, capabilities, .. } =
        search::answer(app, head, &request).await.map_err(as_of_token)?;
    let items: Vec<Resource> = capabilities.iter().filter_map(|entry| resource(entry, &site)).collect();
    let results = offset.map(|_| items.clone());
    let page_size = offset.map(|_| limit);
    Ok((revision, Resources { items, total, page_token: next, results, offset: *offset, page_size }))
}

/// The resource with this identifier, of the hub itself or of the newest revision.
///
/// # Errors
/// `invalid-argument` if it is no identifier, `capability-not-found`, `nothing-published`, or a failure of the store.
pub async fn one<P: Ports>(app: &App<P>, head: &Head, identifier: &str) -> Result<Resource, Problem> {
    let site = Site::at(app.public_url());
    if !is_identifier(identifier) {
        return Err(invalid(
            "The path must end with an identifier, `urn:air:<publisher>:<repo>:<id>`, percent-encoded once as one segment.",
        ));
    }
    if let Some(own) = own_resource(&site, identifier) {
        return Ok(own);
    }
    let unknown = || {
        let detail =
            "This hub has no resource with this identifier. `GET /agents` lists all of them, `POST /search` searches.";
        Problem::new(&kinds::CAPABILITY_NOT_FOUND, detail)
    };
    let (repo, id) = site.parts(identifier).ok_or_else(unknown)?;
    let request =
        Request { repo: Some(repo.to_owned()), fields: Some(FIELDS.to_owned()), limit: Some(1), ..Request::default() };
    let page = search::capability(app, head, id, &request).await?;
    page.capabilities.first().and_then(|entry| resource(entry, &site)).ok_or_else(unknown)
}

/// The size of a page; clients of these standards expect a smaller page, not an error, if they ask for too much.
pub(super) fn size(asked: Option<u32>, Limit { default, max }: Limit) -> usize {
    asked.map_or(default, |asked| usize::try_from(asked).unwrap_or(max).clamp(1, max))
}

/// Names the parameter as ARD does. All other parts of the request are checked before the search.
fn as_of_token(problem: Problem) -> Problem {
    match *problem.kind() == kinds::INVALID_QUERY {
        true => invalid("`pageToken` does not belong to this request; start again without it."),
        false => problem,
    }
}
