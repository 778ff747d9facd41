//! Splits rendered text into pieces, plain and compressed, so that a document is sent without
//! ever being in memory as a whole.
//!
//! The compressed form of a piece is raw DEFLATE (RFC 1951) that ends at a byte boundary, without a
//! final block. So any pieces of a document form the body of one gzip member (RFC 1952) when
//! concatenated: the technique of zlib's `gzjoin`.

use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};
use serde::{Deserialize, Serialize};

/// Maximum bytes of a piece before compression.
///
/// As large as the chunks of a host: a slow client holds only a few of them.
pub const MAX_PIECE_BYTES: usize = 64 * 1024;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes; the ends may split a character.
    pub plain: Vec<u8>,
    /// The same bytes, compressed.
    pub deflated: Vec<u8>,
}

/// The lengths and checksums of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceInfo {
    /// Extent of the plain bytes.
    pub plain: Extent,
    /// Extent of the compressed bytes.
    pub deflated: Extent,
}

/// The length of some bytes and their CRC-32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Length in bytes.
    pub length: u64,
    /// The CRC-32 of gzip (RFC 1952 §8).
    pub crc: u32,
}

impl Extent {
    /// The extent of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { length: bytes.len() as u64, crc: crc32fast::hash(bytes) }
    }

    /// The extent of these bytes followed by the next ones.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let mut hasher = Hasher::new_with_initial_len(self.crc, self.length);
        hasher.combine(&Hasher::new_with_initial_len(next.crc, next.length));
        Self { length: self.length + next.length, crc: hasher.finalize() }
    }
}

impl Piece {
    /// Compresses these bytes.
    ///
    /// # Errors
    /// If the compressor fails, for lack of memory.
    pub fn new(plain: Vec<u8>) -> Result<Self, flate2::CompressError> {
        Ok(Self { deflated: deflate(&plain)?, plain })
    }

    /// The lengths and checksums of the piece.
    pub fn info(&self) -> PieceInfo {
        PieceInfo { plain: Extent::of(&self.plain), deflated: Extent::of(&self.deflated) }
    }
}

/// Splits a text into pieces of at most [`MAX_PIECE_BYTES`]; none for an empty text.
pub fn pieces(text: &str) -> impl Iterator<Item = Result<Piece, flate2::CompressError>> {
    text.as_bytes().chunks(MAX_PIECE_BYTES).map(|bytes| Piece::new(bytes.to_vec()))
}

/// Compresses bytes as raw DEFLATE without a final block.
///
/// # Errors
/// If the compressor fails, for lack of memory.
pub fn deflate(plain: &[u8]) -> Result<Vec<u8>, flate2::CompressError> {
    let mut compress = Compress::new(Compression::default(), false);
    let mut deflated = Vec::with_capacity(plain.len() / 4 + 64);
    loop {
        let read = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let rest = plain.get(read..).unwrap_or_default();
        let status = compress.compress_vec(rest, &mut deflated, FlushCompress::Full)?;
        // Free space in the buffer means that everything was flushed.
        if status == Status::StreamEnd || deflated.len() < deflated.capacity() {
            return Ok(deflated);
        }
        deflated.reserve(deflated.len().max(64));
    }
}

/// The header of a gzip member.
pub const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The end of a gzip member whose decompressed bytes have this extent.
pub fn gzip_trailer(whole: Extent) -> [u8; 10] {
    // An empty final block (with fixed codes), the CRC-32 and the length modulo 2^32.
    let [c0, c1, c2, c3] = whole.crc.to_le_bytes();
    let [l0, l1, l2, l3, ..] = whole.length.to_le_bytes();
    [3, 0, c0, c1, c2, c3, l0, l1, l2, l3]
}

/// Encodes a few bytes as an uncompressed DEFLATE block.
pub fn stored_block(bytes: &'static [u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut block = vec![0];
    block.extend(length.to_le_bytes());
    block.extend((!length).to_le_bytes());
    block.extend(bytes.iter().take(length.into()));
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::bufread::GzDecoder;
    use std::io::Read as _;

    fn noise(length: usize) -> String {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b' ' + (state >> 24) as u8 % 90)
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn pieces_are_one_gzip_member_in_any_order() {
        let texts = ["a".repeat(3 * MAX_PIECE_BYTES + 1), noise(2 * MAX_PIECE_BYTES), "é".to_owned(), String::new()];
        let (mut plain, mut gzip, mut whole) = (String::new(), GZIP_HEADER.to_vec(), Extent::default());
        for text in texts.iter().rev() {
            for piece in pieces(text) {
                let piece = piece.unwrap();
                assert!(piece.plain.len() <= MAX_PIECE_BYTES);
                gzip.extend(&piece.deflated);
                whole = whole.then(piece.info().plain);
            }
            gzip.extend(stored_block(b",\n"));
            whole = whole.then(Extent::of(b",\n"));
            plain.extend([text, ",\n"]);
        }
        gzip.extend(gzip_trailer(whole));
        assert_eq!(whole, Extent::of(plain.as_bytes()));
        let (mut read, mut decoder) = (String::new(), GzDecoder::new(gzip.as_slice()));
        decoder.read_to_string(&mut read).unwrap();
        assert!(
            read == plain && decoder.into_inner().is_empty(),
            "one member with everything in it, and nothing behind"
        );
    }

    #[test]
    fn what_does_not_compress_hardly_grows() {
        let piece = Piece::new(noise(MAX_PIECE_BYTES).into_bytes()).unwrap();
        assert!(piece.deflated.len() < MAX_PIECE_BYTES + 100);
        assert_eq!(pieces("").count(), 0);
    }
}
