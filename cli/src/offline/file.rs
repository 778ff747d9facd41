//! Writes files atomically.

use crate::exit::Exit;
use crate::failure::{Failure, chain};
use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Replaces the content of the file at `path` with `bytes`. Readers see either the old or the new content, even after a power cut.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A symbolic link is kept and its target is replaced.
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
            .hint("the previous content is unchanged")
    })
}

/// The bytes at the beginning of a file that identify its author.
const SIGNATURE_BYTES: u64 = 256;

/// Checks that the file at `path` may be replaced: it does not exist, is empty, is not a regular file, or begins with one of `ours`.
///
/// # Errors
/// If the file was not written by this program or cannot be read, unless `force` is set.
pub(crate) fn may_replace(path: &Path, ours: &[&str], force: bool) -> Result<(), Failure> {
    let somebody_elses = |why: String| {
        Err(Failure::new(Exit::Refused, format!("{} was not replaced", path.display()))
            .because([why])
            .hint("nothing was changed; choose another file, or add --force to overwrite this one"))
    };
    if force || !fs::metadata(path).is_ok_and(|there| there.is_file()) {
        return Ok(());
    }
    let mut beginning = Vec::new();
    match File::open(path).and_then(|file| file.take(SIGNATURE_BYTES).read_to_end(&mut beginning)) {
        Err(error) => somebody_elses(format!("it cannot be read: {error}")),
        Ok(0) => Ok(()),
        Ok(_) if ours.iter().any(|text| beginning.starts_with(text.as_bytes())) => Ok(()),
        Ok(_) => somebody_elses("the existing file was not written by this command, or was changed since".to_owned()),
    }
}

/// As [`replace`], but without waiting for the disk, for files that can be recreated.
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
