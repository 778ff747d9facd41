//! Files that are there whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
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
