//! Numbers of revisions are never given twice, whatever is restored.

use crate::revisions::Revision;
use federation::time::Seconds;
use rusqlite::{Connection, params};

/// What is known of the revisions that were published before a restore.
#[derive(Debug)]
pub(super) enum Published {
    /// The database that is replaced went on from what is restored, and this is its newest revision, if any.
    Known(Option<Revision>),
    /// That database is lost. What is replaced is nothing, or another one with revisions up to this number, such as that of a hub which was
    /// installed anew.
    Unknown(u64),
}

/// Publishes the content of a restored database under a number that nobody has seen; gives that number, or `None` if nothing was published
/// after the backup was made.
///
/// With what was published unknown, a number is left out for every second since the newest revision of the backup: more than hubs publish.
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
