//! The transparency log: `/v1/log`.

mod checkpoint;
mod proof;
mod tile;

use crate::edge::{Caching, Representation};
use axum::response::Response;
pub use checkpoint::{__path_checkpoint, checkpoint};
use federation::negotiation::entity_tag;
use http::HeaderMap;
pub use proof::{__path_consistency, __path_inclusion, consistency, inclusion};
pub use tile::{__path_tile, part_of_tile, tile};

/// A text that may be stored, and must be revalidated before every use.
fn text(request: &HeaderMap, text: String) -> Response {
    let etag = entity_tag(text.as_bytes());
    let media_type = "text/plain; charset=utf-8";
    Representation { media_type, body: text.into(), etag: &etag, modified: None, caching: Caching::NoCache }
        .respond(request)
}
