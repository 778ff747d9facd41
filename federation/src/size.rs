//! The size of a value as JSON, computed without creating the text.

use serde::Serialize;
use std::io;

/// Counts the bytes written, and stops beyond a limit.
struct Counter {
    bytes: usize,
    max_bytes: usize,
}

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        if self.bytes > self.max_bytes { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The size of a value as compact JSON, in bytes.
pub(crate) fn json_bytes(value: &impl Serialize) -> usize {
    json_bytes_within(value, usize::MAX).unwrap_or(usize::MAX)
}

/// The size of a value as compact JSON, in bytes; `None` if it exceeds `max_bytes`.
pub(crate) fn json_bytes_within(value: &impl Serialize, max_bytes: usize) -> Option<usize> {
    let mut counter = Counter { bytes: 0, max_bytes };
    serde_json::to_writer(&mut counter, value).ok().map(|()| counter.bytes)
}
