//! The fragments of a revision.

use crate::revisions::COMPOSITION_AT;
use crate::statement::Statement;

/// More entries than an index may have.
pub(super) const ENTRIES_PER_FRAGMENT: i64 = 1 << 16;
const _: () = assert!(federation::limits::MAX_CAPABILITIES < 1 << 16);

/// The newest revision, as a table.
pub(super) const NEWEST: &str = "revisions WHERE number = (SELECT max(number) FROM revisions)";

/// Joins the fragments `f` of a revision to postings `p`; more conditions may follow. SQLite keeps the order of a cross join, so the terms are found first.
/// A cross join has no condition of its own in PostgreSQL.
pub(super) fn fragments_of(s: &mut Statement, past: Option<u64>) -> String {
    match past {
        None => "search_postings p CROSS JOIN search_fragments f WHERE f.fragment = p.fragment AND f.is_current = 1"
            .to_owned(),
        Some(number) => {
            let number = s.bind(number);
            let at = COMPOSITION_AT.replace("$1", &number);
            format!(
                "search_postings p CROSS JOIN search_fragments f JOIN {at} c ON c.index_digest = f.digest AND c.repo = f.repo AND c.domain = f.domain
                 WHERE f.fragment = p.fragment"
            )
        }
    }
}
