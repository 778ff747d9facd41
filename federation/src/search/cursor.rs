//! The cursor of a page of results, in a form that a client passes back.

use crate::name::is_repo;
use std::fmt;

/// The position of a result in the order of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// Its rank ([`super::rank`]).
    pub score: u32,
    /// The source.
    pub repo: String,
    /// Position in the source's list, from 0.
    pub position: u32,
}

/// The position after which the next page begins, in the revision of the first page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The revision.
    pub revision: u64,
    /// Fingerprint of the query ([`super::Query::fingerprint`]).
    pub query: u32,
    /// The last result returned.
    pub after: SortKey,
}

/// Longest cursor, in bytes: the largest numbers and the longest repo name.
const MAX_BYTES: usize = 160;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { revision, query, after: SortKey { score, repo, position } } = self;
        write!(f, "1.{revision}.{query:08x}.{score}.{position}.{repo}")
    }
}

impl Cursor {
    /// Decodes a cursor; `None` if the text is not exactly the form of one.
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut parts = text.strip_prefix("1.")?.splitn(5, '.');
        let revision = parts.next()?.parse().ok()?;
        let query = u32::from_str_radix(parts.next()?, 16).ok()?;
        let score = parts.next()?.parse().ok()?;
        let position = parts.next()?.parse().ok()?;
        let repo = parts.next()?.to_owned();
        let cursor = Self { revision, query, after: SortKey { score, repo, position } };
        // Only one text is valid for each cursor: `+1` and `01` would parse too.
        (is_repo(&cursor.after.repo) && cursor.to_string() == text).then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_written() {
        let place = SortKey { score: u32::MAX, repo: format!("a.{}", "x-_".repeat(32)), position: u32::MAX };
        let cursor = Cursor { revision: u64::MAX, query: 7, after: place };
        assert_eq!(Cursor::decode(&cursor.to_string()), Some(cursor));
    }

    #[test]
    fn is_nothing_else() {
        for text in [
            "",
            "1",
            "1.",
            "2.1.00000000.0.0.a",
            "1.1.00000000.0.0",
            "1.+1.00000000.0.0.a",
            "1.01.00000000.0.0.a",
            "1.1.0.0.0.a",
            "1.1.0000000G.0.0.a",
            "1.1.0000000A.0.0.a",
            "1.-1.00000000.0.0.a",
            "1.1.00000000.0.0.A",
            "1.1.00000000.0.0.a b",
            "1.1.00000000.0.4294967296.a",
            "1.1.é.0.0.a",
        ] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
        assert_eq!(Cursor::decode(&format!("1.1.00000000.0.0.{}", "a".repeat(200))), None);
    }
}
