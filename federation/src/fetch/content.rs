//! From the bytes on the wire to the bytes of the index.

use super::FetchFailure;
use crate::limits::MAX_DECODED_BYTES;
use flate2::read::MultiGzDecoder;
use std::io::Read as _;

/// Undoes the one content encoding that was asked for.
pub(super) fn decode(encoding: Option<&str>, body: Vec<u8>) -> Result<Vec<u8>, FetchFailure> {
    let too_large = || {
        FetchFailure::new(
            "too-large-decoded",
            format!("The index has more than {} MiB; split it.", MAX_DECODED_BYTES >> 20),
        )
    };
    match encoding.map(str::trim).filter(|e| !e.is_empty()).map(str::to_ascii_lowercase).as_deref() {
        None | Some("identity") if body.len() > MAX_DECODED_BYTES => Err(too_large()),
        None | Some("identity") => Ok(body),
        Some("gzip" | "x-gzip") => {
            let mut decoded = Vec::new();
            // One byte over the cap is enough to know, and a bomb is never unpacked further.
            let mut reader = MultiGzDecoder::new(body.as_slice()).take(MAX_DECODED_BYTES as u64 + 1);
            reader.read_to_end(&mut decoded).map_err(|e| {
                FetchFailure::new("invalid-gzip", format!("The body is labelled gzip but does not unpack: {e}."))
            })?;
            if decoded.len() > MAX_DECODED_BYTES { Err(too_large()) } else { Ok(decoded) }
        }
        Some(other) => Err(FetchFailure::new(
            "unsupported-encoding",
            format!("The server chose the content encoding `{}`; only gzip or none is read.", other.escape_default()),
        )),
    }
}
