//! Servers of the MCP Registry: the list, and one of them.

use super::FIELDS;
use super::resources::size;
use crate::hub::App;
use crate::hub::search::{self, Request};
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::page::MCP_SERVERS;
use api::servers::{Servers, ServersMetadata, ServersQuery};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use federation::discovery::{MCP_SERVER, Server, Site, is_server_name, own_server, server};
use federation::search::{Fit, filter_term, words};
use federation::time::parse_rfc3339;
use serde_json::Value;
use store::revisions::Head;

/// The version that stands for the newest one.
pub const LATEST: &str = "latest";

/// Maximum repos that are named as claiming a server.
const MAX_CLAIMS: usize = 10;

/// A page of servers, and the revision that they are of: on the first page the hub's own first, then by repo, or the best match first. Servers
/// that several capabilities claim are left out.
///
/// # Errors
/// `invalid-query`, `nothing-published`, `revision-gone` if the previous pages are too old, or a failure of the store.
pub async fn page<P: Ports>(app: &App<P>, head: &Head, query: &ServersQuery) -> Result<(u64, Servers), Problem> {
    let site = Site::at(app.public_url());
    let Continued { cursor, search, is_first } = Continued::of(query)?;
    let limit = size(query.limit, MCP_SERVERS);
    if let Some(since) = &query.updated_since {
        let since = parse_rfc3339(since).ok_or_else(|| invalid_query("`updated_since` must be an RFC 3339 time."))?;
        if head.revision.as_ref().is_none_or(|newest| newest.composed_at < since) {
            return Ok((head.number(), Servers { servers: Vec::new(), metadata: ServersMetadata::default() }));
        }
    }
    let own = Some(own_server(&site, env!("CARGO_PKG_VERSION"))).filter(|own| is_first && says(own, &search));
    let room = limit - usize::from(own.is_some());
    let request = Request {
        q: Some(search.clone()).filter(|search| !search.is_empty()).into_iter().collect(),
        any_of: vec![vec![filter_term("type", MCP_SERVER)]],
        fields: Some(FIELDS.to_owned()),
        limit: Some(room.max(1)),
        cursor,
        ..Request::default()
    };
    let page = search::answer(app, head, &request).await?;
    let is_answered = page.fit.as_ref().is_none_or(|fit| !fit.is(Fit::None));
    let found: Vec<Server> = page.capabilities.iter().filter(|_| is_answered && room > 0).filter_map(server).collect();
    let next = match room {
        0 => Some(START.to_owned()).filter(|_| is_answered && page.total > 0),
        _ => page.next.filter(|_| is_answered),
    };
    let found = uncontested(app, &site, found).await?;
    let is_asked = |server: &Server| query.version.as_deref().is_none_or(|version| is_version(server, version));
    let servers: Vec<Server> = own.into_iter().chain(found).filter(is_asked).collect();
    let next_cursor = next.map(|next| written(&next, &search));
    let metadata = ServersMetadata { count: servers.len(), next_cursor };
    Ok((page.revision, Servers { servers, metadata }))
}

/// The server of this name and version, of the hub itself or of the newest revision.
///
/// # Errors
/// `server-not-found`, `server-contested` if several capabilities claim the name, `nothing-published`, or a failure of the store.
pub async fn one<P: Ports>(app: &App<P>, head: &Head, name: &str, version: &str) -> Result<Server, Problem> {
    let site = Site::at(app.public_url());
    let server = match name == site.server_name() {
        true => Some(own_server(&site, env!("CARGO_PKG_VERSION"))),
        false if is_server_name(name) => published(app, head, &site, name).await?,
        false => None,
    };
    server.filter(|server| is_version(server, version)).ok_or_else(|| {
        let detail = format!(
            "This hub has no MCP server `{}` of version `{}`; `GET /v0.1/servers` lists all of them.",
            quoted(name),
            quoted(version)
        );
        Problem::new(&kinds::SERVER_NOT_FOUND, detail)
    })
}

async fn published<P: Ports>(app: &App<P>, head: &Head, site: &Site, name: &str) -> Result<Option<Server>, Problem> {
    let request = Request {
        any_of: vec![vec![filter_term("server", name)]],
        fields: Some(FIELDS.to_owned()),
        limit: Some(MAX_CLAIMS),
        ..Request::default()
    };
    let page = search::answer(app, head, &request).await?;
    let repos: Vec<&str> =
        page.capabilities.iter().filter_map(|entry| entry.get("source_repo").and_then(Value::as_str)).collect();
    if page.total > 1 || is_own(site, name) {
        let detail = format!(
            "More than one capability claims the MCP server `{}`, from {}; the hub serves none of them.",
            quoted(name),
            if repos.is_empty() { "no repo".to_owned() } else { format!("`{}`", repos.join("`, `")) }
        );
        return Err(Problem::new(&kinds::SERVER_CONTESTED, detail));
    }
    Ok(page.capabilities.first().and_then(server).filter(|server| server.name() == name))
}

/// The servers whose name neither another capability nor the hub itself has.
async fn uncontested<P: Ports>(app: &App<P>, site: &Site, servers: Vec<Server>) -> Result<Vec<Server>, Problem> {
    let term = |server: &Server| filter_term("server", server.name());
    let terms: Vec<String> = servers.iter().map(term).collect();
    let claims = search::counts(app, &terms).await?;
    let is_alone = |it: &Server| claims.get(&term(it)).is_none_or(|count| *count <= 1) && !is_own(site, it.name());
    Ok(servers.into_iter().filter(is_alone).collect())
}

/// Whether a name is that of the hub's own server, however it is written.
fn is_own(site: &Site, name: &str) -> bool {
    name.eq_ignore_ascii_case(&site.server_name())
}

fn is_version(server: &Server, version: &str) -> bool {
    version == LATEST || server.version() == version
}

/// Whether the words of a search are in what a server says of itself.
fn says(server: &Server, search: &str) -> bool {
    let said = Value::Object(server.server.clone()).to_string().to_lowercase();
    search.split_whitespace().all(|word| said.contains(&word.to_lowercase()))
}

/// Where a list continues. The cursor has the words of the search, since clients repeat them on the first page only.
struct Continued {
    cursor: Option<String>,
    search: String,
    is_first: bool,
}

/// The cursor of the page that begins with the first published server.
const START: &str = "0";
/// Stands between a cursor and the words of its search. Both are made of other characters, and none has to be escaped in a URL.
const MARK: char = '~';

impl Continued {
    fn of(query: &ServersQuery) -> Result<Self, Problem> {
        let Some(cursor) = query.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else {
            let search = search::bounded("search", query.search.as_deref())?.unwrap_or_default().trim();
            // Without a word to search for, everything is listed.
            let search = if words(search).is_empty() { "" } else { search };
            return Ok(Self { cursor: None, search: search.to_owned(), is_first: true });
        };
        let foreign = || invalid_query("`cursor` was not issued by this hub; start again without it.");
        let (cursor, search) = cursor.split_once(MARK).unwrap_or((cursor, ""));
        let search = URL_SAFE_NO_PAD.decode(search).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let search = search.ok_or_else(foreign)?;
        let search = search::bounded("search", Some(&search))?.unwrap_or_default().to_owned();
        Ok(Self { cursor: Some(cursor.to_owned()).filter(|it| it != START), search, is_first: false })
    }
}

fn written(cursor: &str, search: &str) -> String {
    match search {
        "" => cursor.to_owned(),
        search => format!("{cursor}{MARK}{}", URL_SAFE_NO_PAD.encode(search)),
    }
}

fn invalid_query(detail: &str) -> Problem {
    Problem::new(&kinds::INVALID_QUERY, detail)
}
