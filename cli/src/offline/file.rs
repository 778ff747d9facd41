//! Files that are there whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// Replaces the file at `path` by `bytes`: whoever reads it, even after a power cut, sees the old content or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A link keeps pointing at what it points at.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = match fs::metadata(&target) {
        // A device or a pipe cannot be replaced.
        Ok(metadata) if !metadata.is_file() => fs::write(&target, bytes),
        Ok(metadata) => swap(&target, bytes, metadata.permissions(), true),
        Err(_) => swap(&target, bytes, Permissions::from_mode(0o666), true),
    };
    written.map_err(|error| {
        Failure::new(Exit::Refused, format!("{} cannot be written", path.display()))
            .because(chain(&error))
            .hint("what was there before is unchanged")
    })
}

/// How much of a file tells who wrote it, in bytes.
const BEGINNING: u64 = 256;

/// Whether the file at `path` may be replaced: there is none, it is empty or no file at all, or its beginning is one of `ours`.
///
/// # Errors
/// When somebody else wrote it, or it cannot be read, unless `force` says that it may be lost.
pub(crate) fn may_replace(path: &Path, ours: &[&str], force: bool) -> Result<(), Failure> {
    let somebody_elses = |why: String| {
        Err(Failure::new(Exit::Refused, format!("{} is not replaced", path.display()))
            .because([why])
            .hint("nothing was changed; name another file, or add --force if this one may be lost"))
    };
    if force || !fs::metadata(path).is_ok_and(|there| there.is_file()) {
        return Ok(());
    }
    let mut beginning = Vec::new();
    match File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning)) {
        Err(error) => somebody_elses(format!("it cannot be read: {error}")),
        Ok(0) => Ok(()),
        Ok(_) if ours.iter().any(|text| beginning.starts_with(text.as_bytes())) => Ok(()),
        Ok(_) => somebody_elses("this command did not write what is there".to_owned()),
    }
}

/// As [`replace`], for what can be had again: nothing waits for the disk.
pub(super) fn replace_soon(path: &Path, bytes: &[u8]) -> io::Result<()> {
    swap(path, bytes, Permissions::from_mode(0o600), false)
}

fn swap(path: &Path, bytes: &[u8], permissions: Permissions, durable: bool) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut file = tempfile::Builder::new().prefix(".reuse-surface-").permissions(permissions).tempfile_in(&folder)?;
    file.write_all(bytes)?;
    if durable {
        file.as_file().sync_all()?;
    }
    file.persist(path).map_err(|error| error.error)?;
    if durable { File::open(folder)?.sync_all() } else { Ok(()) }
}
