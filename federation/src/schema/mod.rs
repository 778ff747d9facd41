//! The schemas of all documents, and validation against them.
//!
//! The texts in `schemas/` are the source of truth. Each is compiled once, and nothing is fetched for that.

mod check;
mod collected;
mod compile;
mod kind;
mod message;
mod pieces;

pub use check::{Violation, violations};
pub(crate) use check::{findings, findings_at};
pub use kind::{NAMES, Schema, document, text};

#[cfg(test)]
mod tests;
