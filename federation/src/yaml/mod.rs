//! Reads and writes YAML as JSON values. Nothing else in the workspace does, and only the private
//! module `events` uses the YAML crate.
//!
//! The input is YAML 1.2 with the core schema, restricted to values that JSON can express
//! and that every reader agrees on:
//!
//! | input | here |
//! | --- | --- |
//! | `true`, `True`, `TRUE`; `null`, `~`, nothing | boolean; null |
//! | `no`, `yes`, `on`, `y`, `12:30`, `1_000`, `2024-01-01` | strings, as in YAML 1.2 |
//! | `014` | a string: an octal 12 to some readers, a decimal 14 to others |
//! | `0o14`, `0x1F`, `1e3` | 12, 31, 1000.0 |
//! | integers beyond 64 bits, `1e999` | refused, `number-out-of-range`: conversion to JSON would change them |
//! | `.inf`, `.nan` | refused, `not-finite` |
//! | the same key twice | refused, `duplicate-key` |
//! | `<<` as a key | refused, `merge-key`: YAML 1.2 dropped it, some readers merge and some keep it as a field; quoted, it is a field |
//! | `8080: x`, `true: x`, `[a]: x` | refused, `key-not-string`: JSON keys are strings |
//! | `!!str 1` and the other six core tags | honoured; any other tag is refused, `unsupported-tag` |
//! | anchors and aliases | expanded within the limits of [`crate::limits`]; recursion is refused |
//! | a second document | refused, `multiple-documents`, except in formats that have several ([`crate::index`]) |
//!
//! The output of [`to_string`] parses as the same value under YAML 1.1 and 1.2.

mod events;
mod locate;
mod scalar;
mod tree;
mod write;

use crate::problem::Kind;
pub(crate) use events::position_of;
pub(crate) use locate::places;
use std::fmt;
pub use tree::parse;
pub(crate) use tree::parse_documents;
pub(crate) use write::item_bytes;
pub use write::{to_sequence_items, to_string};

/// A position in a text. Both numbers count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

/// Why a text is not an acceptable YAML document, or a value cannot be written as one.
/// The codes are those of [`crate::problem::indexes`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct YamlError {
    /// Stable, in kebab-case.
    pub code: &'static Kind,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
    /// One line in plain words, without the surrounding source text.
    pub message: String,
}

impl YamlError {
    fn at(position: Position, code: &'static Kind, message: impl Into<String>) -> Self {
        Self { code, line: Some(position.line), column: Some(position.column), message: message.into() }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {}", self.message),
            (Some(line), None) => write!(f, "line {line}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests;
