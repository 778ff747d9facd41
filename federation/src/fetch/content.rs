//! Decodes the bytes on the wire into the bytes of the index.

use super::{FetchFailure, headers};
use crate::excerpt::excerpt;
use crate::limits::{MAX_DECODED_BYTES, MAX_GZIP_MEMBERS};
use crate::problem::sources;
use flate2::bufread::GzDecoder;
use std::io::Read as _;

/// Removes the one content encoding that the request allowed.
pub(super) fn decode(encoding: Option<&str>, body: Vec<u8>) -> Result<Vec<u8>, FetchFailure> {
    let encoding = encoding.unwrap_or_default();
    match headers::codings(encoding).as_slice() {
        [] if body.len() > MAX_DECODED_BYTES => Err(too_large()),
        [] => Ok(body),
        [coding] if coding == "gzip" || coding == "x-gzip" => gunzip(&body),
        _ => Err(FetchFailure::new(
            &sources::UNSUPPORTED_ENCODING,
            format!("The server chose the content encoding `{}`; only gzip or none is supported.", excerpt(encoding)),
        )),
    }
}

fn too_large() -> FetchFailure {
    FetchFailure::new(
        &sources::TOO_LARGE_DECODED,
        format!("The unpacked body has more than {} MiB.", MAX_DECODED_BYTES >> 20),
    )
    .advising(" Split the index.")
}

/// Unpacks all members of a gzip file (RFC 1952 §2.2). Ignores trailing zeros as padding, as `gzip` itself does.
fn gunzip(mut packed: &[u8]) -> Result<Vec<u8>, FetchFailure> {
    let invalid = |why: &str| {
        FetchFailure::new(&sources::INVALID_GZIP, format!("The body is labelled gzip but does not unpack: {why}."))
    };
    let mut decoded = Vec::new();
    for member in 0.. {
        // Each member costs a new window of 32 KiB, however small it is.
        if member == MAX_GZIP_MEMBERS {
            return Err(invalid(&format!("it has more than {MAX_GZIP_MEMBERS} parts")));
        }
        let mut decoder = GzDecoder::new(packed);
        // One byte over the limit is enough to detect an oversized index; a bomb is not unpacked any further.
        let room = (MAX_DECODED_BYTES - decoded.len()) as u64 + 1;
        let read = decoder.by_ref().take(room).read_to_end(&mut decoded);
        if decoded.len() > MAX_DECODED_BYTES {
            return Err(too_large());
        }
        read.map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::UnexpectedEof => "it ends early".to_owned(),
                _ if member > 0 => format!("something else follows its end ({error})"),
                _ => error.to_string(),
            };
            invalid(&why)
        })?;
        packed = decoder.into_inner();
        if packed.iter().all(|byte| *byte == 0) {
            break;
        }
    }
    Ok(decoded)
}
