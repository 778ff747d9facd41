//! The layer between HTTP and the handlers, which every request and response passes.

mod auth;
mod base;
mod client_address;
mod conditional;
mod cors;
mod finish;
mod json_body;
mod link;
mod logged_request;
mod negotiate;
mod no_content;
mod origin;
mod page_wanted;
mod path;
mod query;
mod raw_body;
mod renamed;
mod representation;
mod static_content;
mod streamed;

pub use auth::{Actor, Caller};
pub use base::AppForRequest;
pub use conditional::is_not_modified;
pub use finish::{Edge, Logged, finish};
use http::{HeaderMap, HeaderName};
pub use json_body::{JsonBody, JsonBytes, has_nul};
pub use link::{API_CATALOG, SERVICE_DESC, SERVICE_DOC, link_next, links};
pub use negotiate::{coding, exposition, preferred, preferred_type};
pub use origin::check_origin;
pub use page_wanted::may_be_page;
pub use path::Path;
pub use query::Query;
pub use raw_body::RawBody;
pub use renamed::follow_renamed;
pub use representation::{Caching, Representation, json, memo};
pub use static_content::StaticContent;
pub use streamed::streamed;

/// The values of a request header that are text.
fn lines(request: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    request.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}
