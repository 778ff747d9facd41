//! Ensures that revision numbers are never reused, whatever is restored.

use crate::revisions::Revision;
use federation::time::Seconds;
use rusqlite::{Connection, params};

/// What is known about the revisions published before a restore.
#[derive(Debug)]
pub(super) enum Published {
    /// The replaced database continued from the restored one, and this is its newest revision, if any.
    Known(Option<Revision>),
    /// The database that published them is lost. The replaced one, if any, is another database with revisions up to this number, for
    /// example that of a newly installed hub.
    Unknown(u64),
}

/// Publishes the content of a restored database under a number that nobody has seen. Returns that number, or `None` if
/// nothing was published after the backup.
///
/// If the published revisions are unknown, it skips one number per second since the newest revision of the
/// backup: more than any hub publishes.
pub(super) fn continue_after(
    restored: &Connection,
    newest: Option<&Revision>,
    published: &Published,
    now: Seconds,
) -> rusqlite::Result<Option<u64>> {
    let next = match (published, newest) {
        (Published::Known(Some(seen)), Some(newest)) if seen == newest => return Ok(None),
        (Published::Known(None), _) | (Published::Unknown(0), None) => return Ok(None),
        (Published::Known(Some(seen)), newest) => seen.number.max(newest.map_or(0, |newest| newest.number)) + 1,
        (Published::Unknown(seen), None) => seen + 1,
        (Published::Unknown(seen), Some(newest)) => {
            let skipped = u64::try_from(now - newest.composed_at).unwrap_or_default();
            (newest.number + skipped).max(*seen) + 1
        }
    };
    let empty = federation::compose::digest(&[]);
    let (digest, composed_at) = newest.map_or((&empty, now), |it| (&it.digest, it.composed_at.max(now)));
    restored.execute(
        "INSERT INTO revisions (number, digest, composed_at, actor, cause, source_count, capability_count)
         SELECT ?1, ?2, ?3, 'restore', 'restore', count(*), coalesce(sum(capability_count), 0) FROM composition",
        params![i64::try_from(next).unwrap_or(i64::MAX), digest.as_str(), composed_at],
    )?;
    Ok(Some(next))
}
