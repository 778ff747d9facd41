//! Replaces a database with a backup.

use super::numbers::{Published, continue_after};
use super::{FileError, Verified, beside, database, folder, log, mend, verify};
use crate::StoreError;
use crate::database::read_with;
use crate::revisions::{self, Revision};
use crate::sqlite::Sqlite;
use federation::time::Seconds;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// The result of a restore.
#[derive(Debug)]
pub struct Restored {
    /// The content of the backup.
    pub verified: Verified,
    /// Number of damaged fragments removed.
    pub mended: usize,
    /// The revision number under which its content was published again, if necessary.
    pub published_as: Option<u64>,
    /// Whether the transparency log begins another history, since it is not known what was signed after the backup.
    pub begins_log: bool,
    /// The new path of the replaced database.
    pub kept: Option<PathBuf>,
}

/// Replaces the database of `data_dir` with `backup`. No process may use it meanwhile.
///
/// # Errors
/// If something is wrong, and what. Then nothing has changed.
pub async fn restore(backup: &Path, data_dir: &Path, now: Seconds) -> Result<Restored, FileError> {
    if fs::metadata(beside(backup, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(FileError::NotWhole(format!(
            "{0}-wal is next to it: it was copied from a database in use and is incomplete. Make the copy with `reuse-surface backup`",
            backup.display()
        )));
    }
    let target = database(data_dir);
    let fresh = tempfile::Builder::new().prefix(".restore-").tempfile_in(data_dir)?;
    // Only the bytes are copied: the permissions of a backup are not those of the database.
    io::copy(&mut File::open(backup)?, &mut fresh.as_file())?;
    let prepared = prepare(fresh.path(), &target, now).await?;
    belong(fresh.as_file(), &target, data_dir).map_err(|error| named("cannot set mode and owner", &error))?;
    fresh.as_file().sync_all()?;
    let kept =
        set_aside(&target, now).map_err(|error| named(&format!("cannot set aside {}", target.display()), &error))?;
    // Otherwise the log of the old database would be applied to the new one.
    for suffix in ["-wal", "-shm", "-journal"] {
        remove(&beside(&target, suffix))?;
    }
    fresh.persist(&target).map_err(|error| error.error)?;
    File::open(folder(&target))?.sync_all()?;
    Ok(Restored { kept, ..prepared })
}

fn named(what: &str, error: &io::Error) -> FileError {
    FileError::NotWhole(format!("{what}: {error}"))
}

/// Gives a file the mode and the owner of the database that it replaces. If there is none, only the owner of the
/// directory may access the file.
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
        // Only root may change the owner. If directories pass their group on, only the group may differ.
        Err(_) if owner.uid() == now.uid() => Ok(()),
        done => done,
    }
}

/// Verifies a copy of the backup and prepares it for the hub.
async fn prepare(fresh: &Path, replaced: &Path, now: Seconds) -> Result<Restored, FileError> {
    // A copy made by other means may still be in WAL mode.
    set_journal_mode(fresh, "DELETE")?;
    let verified = verify(fresh).await?;
    let mended = mend(fresh).await?;
    let published = published(replaced, verified.newest.as_ref()).await;
    let restored = Sqlite::at(fresh).open()?;
    let published_as = continue_after(&restored, verified.newest.as_ref(), &published, now)?;
    let begins_log = log::continue_log(fresh, replaced, &published).await?;
    // No refresh is running any more.
    restored.execute("DELETE FROM leases WHERE name = 'refresh'", [])?;
    restored.close().map_err(|(_, error)| error)?;
    set_journal_mode(fresh, "WAL")?;
    Ok(Restored { verified, mended, published_as, begins_log, kept: None })
}

fn set_journal_mode(database: &Path, mode: &str) -> Result<(), FileError> {
    let database = Sqlite::at(database).open()?;
    database.pragma_update(None, "journal_mode", mode)?;
    Ok(database.close().map_err(|(_, error)| error)?)
}

/// Determines what the replaced database has published; also checkpoints its log.
async fn published(replaced: &Path, restored: Option<&Revision>) -> Published {
    let database = Sqlite::at(replaced);
    let checkpoint = || database.open()?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if checkpoint().is_err() {
        return Published::Unknown(0);
    }
    let seen = read_with(&database, async |tx| {
        let seen = revisions::newest(tx).await?;
        let goes_on = match restored {
            // The same number alone is not enough.
            Some(restored) => revisions::get(tx, restored.number).await.is_ok_and(|it| it.as_ref() == Some(restored)),
            None => true,
        };
        Ok::<_, StoreError>((seen, goes_on))
    });
    let Ok((seen, goes_on)) = seen.await else { return Published::Unknown(0) };
    match goes_on {
        true => Published::Known(seen),
        false => Published::Unknown(seen.map_or(0, |seen| seen.number)),
    }
}

/// Links the database, and its log if there is one, to additional names.
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
