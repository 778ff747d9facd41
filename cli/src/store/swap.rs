//! Putting a database in the place of another one.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use federation::time::Seconds;
use rusqlite::{Connection, OpenFlags, params};

use super::numbers::{Published, continue_after};
use super::verify::{Newest, Verified, newest, verify};
use super::{beside, database, folder};

/// What a restore did.
#[derive(Debug)]
pub(crate) struct Restored {
    /// What the backup holds.
    pub(crate) verified: Verified,
    /// The number under which its content is published again, if it had to be.
    pub(crate) published_as: Option<u64>,
    /// Where the database that was there is now.
    pub(crate) kept: Option<PathBuf>,
}

/// Puts `backup` in the place of the database of `data_dir`, which nobody may use meanwhile.
///
/// # Errors
/// What is wrong, for people; nothing has changed then.
pub(crate) fn restore(backup: &Path, data_dir: &Path, now: Seconds) -> Result<Restored, String> {
    if fs::metadata(beside(backup, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(format!(
            "{0}-wal lies beside it: it was copied from a database in use and is not whole. Make the copy with `reuse-surface backup`",
            backup.display()
        ));
    }
    let target = database(data_dir);
    let fresh = tempfile::Builder::new().prefix(".restore-").tempfile_in(data_dir).map_err(|e| e.to_string())?;
    // Its bytes alone: who may read a backup is not who may read the database.
    File::open(backup)
        .and_then(|mut from| io::copy(&mut from, &mut fresh.as_file()))
        .map_err(|error| error.to_string())?;
    let (verified, published_as) = prepare(fresh.path(), &target, now)?;
    belong(fresh.as_file(), &target, data_dir).map_err(|error| format!("it cannot be made the hub's: {error}"))?;
    fresh.as_file().sync_all().map_err(|error| error.to_string())?;
    let kept = set_aside(&target, now).map_err(|error| format!("{} cannot be kept: {error}", target.display()))?;
    // A log of the old database would be applied to the new one.
    for suffix in ["-wal", "-shm", "-journal"] {
        remove(&beside(&target, suffix)).map_err(|error| error.to_string())?;
    }
    fresh.persist(&target).map_err(|error| error.error.to_string())?;
    File::open(folder(&target)).and_then(|folder| folder.sync_all()).map_err(|error| error.to_string())?;
    Ok(Restored { verified, published_as, kept })
}

/// Gives a file the mode and the owner of the database that it replaces. Where there is none it stays its owner's alone, and whoever has the
/// directory is that.
fn belong(file: &File, replaced: &Path, data_dir: &Path) -> io::Result<()> {
    let (there, now) = (fs::metadata(replaced), file.metadata()?);
    if let Ok(there) = &there {
        file.set_permissions(fs::Permissions::from_mode(there.mode() & 0o777))?;
    }
    let owner = there.or_else(|_| fs::metadata(data_dir))?;
    if (owner.uid(), owner.gid()) == (now.uid(), now.gid()) {
        return Ok(());
    }
    match fchown(file, Some(owner.uid()), Some(owner.gid())) {
        // Only root may give a file away. The group alone can be another where directories hand theirs down.
        Err(_) if owner.uid() == now.uid() => Ok(()),
        done => done,
    }
}

/// Verifies a copy of the backup and makes it what the hub goes on with.
fn prepare(fresh: &Path, replaced: &Path, now: Seconds) -> Result<(Verified, Option<u64>), String> {
    let text = |error: rusqlite::Error| error.to_string();
    let restored = Connection::open_with_flags(fresh, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(text)?;
    // A copy by other means may still be in WAL mode.
    restored.pragma_update(None, "journal_mode", "DELETE").map_err(text)?;
    let verified = verify(&restored)?;
    let published = published(replaced, verified.newest.as_ref());
    let published_as = continue_after(&restored, verified.newest.as_ref(), &published, now).map_err(text)?;
    // Nobody refreshes any more.
    restored.execute("DELETE FROM leases WHERE name = 'refresh'", []).map_err(text)?;
    restored.pragma_update(None, "journal_mode", "WAL").map_err(text)?;
    restored.close().map_err(|(_, error)| text(error))?;
    Ok((verified, published_as))
}

/// What the database that is replaced has published; also brings what is in its log into its file.
fn published(replaced: &Path, restored: Option<&Newest>) -> Published {
    let Ok(database) = Connection::open_with_flags(replaced, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
        return Published::Unknown(0);
    };
    let checkpoint = database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    match newest(&database) {
        Ok(seen) if checkpoint.is_ok() => match restored.is_none_or(|restored| has(&database, restored)) {
            true => Published::Known(seen),
            false => Published::Unknown(seen.map_or(0, |seen| seen.number)),
        },
        _ => Published::Unknown(0),
    }
}

/// Whether the revision is one of the database's, and not of the same number alone.
fn has(database: &Connection, revision: &Newest) -> bool {
    let number = i64::try_from(revision.number).unwrap_or(i64::MAX);
    let same = "SELECT 1 FROM revisions WHERE number = ?1 AND digest = ?2 AND composed_at = ?3";
    let found = database.query_row(same, params![number, revision.digest.as_str(), revision.composed_at], |_| Ok(()));
    found.is_ok()
}

/// Gives the database and its log, if it has one still, further names.
fn set_aside(target: &Path, now: Seconds) -> io::Result<Option<PathBuf>> {
    if !target.try_exists()? {
        return Ok(None);
    }
    let free = |number: u32| match number {
        0 => beside(target, &format!(".before-restore-{now}")),
        _ => beside(target, &format!(".before-restore-{now}-{number}")),
    };
    let kept = (0..100).map(free).find(|path| !path.exists());
    let kept = kept.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
    fs::hard_link(target, &kept)?;
    for suffix in ["-wal", "-journal"] {
        let log = beside(target, suffix);
        if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            fs::hard_link(&log, beside(&kept, suffix))?;
        }
    }
    Ok(Some(kept))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
