//! `GET /v1/log/tile/…`: tiles of the log (C2SP `tlog-tiles`).

use crate::edge::{Caching, Path, Representation, memo};
use crate::hub::{App, MAX_MEMO_SECONDS, transparency};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use api::transparency::Tile;
use axum::extract::State;
use axum::response::Response;
use federation::negotiation::entity_tag;
use federation::transparency::tile;
use http::HeaderMap;
use store::database::{Transaction, read_with};
use store::transparency as leaves;

/// The highest level in a tile's path, by the specification.
const MAX_LEVEL: u32 = 63;

/// Reads a tile.
///
/// 256 hashes of one level of the Merkle tree, or the leaves themselves below `entries`, each after its length in two bytes: tiles of C2SP `tlog-tiles`. A part of
/// a tile is at `…/{index}.p/{width}`; an index of more than three digits is written as `x001/x234/067`.
#[utoipa::path(
    get,
    path = paths::LOG_TILE,
    operation_id = "readTile",
    tag = "transparency",
    params(
        ("level" = String, Path, description = "The level from 0 for the hashes of leaves, or `entries`.", pattern = "^(entries|[0-9]{1,2})$"),
        ("index" = String, Path, description = "The index of the tile in its level, from `000`.", pattern = "^[0-9]{3}$"),
        Conditional,
    ),
    responses((
        status = 200,
        description = "The hashes or the leaves.",
        body = inline(Tile),
        content_type = "application/octet-stream",
        headers(("ETag"), ("Cache-Control")),
    )),
    extensions(("x-problems" = json!([kinds::NOT_FOUND.code, kinds::LOG_NOT_SIGNED.code, kinds::NOT_LOGGED.code]))),
)]
pub async fn tile<P: Ports>(
    State(app): State<App<P>>,
    Path((level, index)): Path<(String, String)>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    read(&app, &level, &index, &request).await
}

/// As [`tile`], with an index of several parts.
pub async fn part_of_tile<P: Ports>(
    State(app): State<App<P>>,
    Path((level, index, rest)): Path<(String, String, String)>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    read(&app, &level, &format!("{index}/{rest}"), &request).await
}

async fn read<P: Ports>(app: &App<P>, level: &str, path: &str, request: &HeaderMap) -> Result<Response, Problem> {
    let not_a_tile = || {
        Problem::new(
            &kinds::NOT_FOUND,
            "This is not the path of a tile, such as `/v1/log/tile/0/000` or `/v1/log/tile/entries/000.p/5`.",
        )
    };
    transparency::check_signed(app.log_keys())?;
    let level = match level {
        "entries" => None,
        level => Some(
            level.parse().ok().filter(|it: &u32| *it <= MAX_LEVEL && it.to_string() == level).ok_or_else(not_a_tile)?,
        ),
    };
    let (index, width) = tile::parse(path).ok_or_else(not_a_tile)?;
    let bytes = read_with(app.database().await?, async |tx| bytes(tx, level, index, width).await).await?;
    let etag = entity_tag(&bytes);
    // The hashes never change in this history of the log, but the path does not name the history.
    let caching = Caching::NoCache;
    let read = Representation {
        media_type: "application/octet-stream",
        body: bytes.into(),
        etag: &etag,
        modified: None,
        caching,
    };
    Ok(memo(read.respond(request), Some(MAX_MEMO_SECONDS)))
}

async fn bytes(tx: &mut impl Transaction, level: Option<u32>, index: u64, width: u64) -> Result<Vec<u8>, Problem> {
    let (found, bytes) = match level {
        Some(level) => {
            let hashes = leaves::tile(tx, (level, index), width).await?;
            (hashes.len(), hashes.concat())
        }
        None => {
            let entries = leaves::entries(tx, index, width).await?;
            (entries.len(), bundle(&entries))
        }
    };
    match found as u64 == width {
        true => Ok(bytes),
        false => Err(transparency::not_logged(format!(
            "The log has {found} of the {width} hashes or leaves of this tile so far."
        ))),
    }
}

/// The leaves, each after its length.
fn bundle(entries: &[String]) -> Vec<u8> {
    let prefixed = entries.iter().flat_map(|entry| {
        // A leaf has some 130 bytes.
        let length = u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes();
        length.into_iter().chain(entry.bytes())
    });
    prefixed.collect()
}
