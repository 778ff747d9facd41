//! A variable whose value is in a file, such as a secret that Kubernetes mounts and replaces while the hub runs.

use anyhow::{Context as _, Result, bail};
use std::io::Read as _;
use std::path::Path;

/// Longest value, in bytes. A longer file is the wrong file.
const MAX_BYTES: u64 = 64 << 10;

/// Reads the current value, without surrounding white space. The file is read each time: it is small, and a
/// replaced secret must not stay valid.
///
/// # Errors
/// If the file cannot be read as text, or is longer than a value may be.
pub fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let read = file.take(MAX_BYTES + 1).read_to_string(&mut text);
    let length = read.with_context(|| format!("cannot read {}", path.display()))?;
    if length as u64 > MAX_BYTES {
        bail!("{} is longer than {} KiB", path.display(), MAX_BYTES >> 10);
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_the_file_says_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, " first\n").unwrap();
        assert_eq!(read(&path).unwrap(), "first");
        std::fs::write(folder.path().join("next"), "second\r\n").unwrap();
        std::fs::rename(folder.path().join("next"), &path).unwrap();
        assert_eq!(read(&path).unwrap(), "second");
        std::fs::write(&path, "\n").unwrap();
        assert_eq!(read(&path).unwrap(), "");
    }

    #[test]
    fn what_is_no_value_is_named_by_its_path_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("cannot open"));
        assert!(format!("{:#}", read(folder.path()).unwrap_err()).contains("cannot read"));
        std::fs::write(&path, b"s3cret\xff").unwrap();
        assert!(!format!("{:#}", read(&path).unwrap_err()).contains("s3cret"));
        std::fs::write(&path, "x".repeat(65 << 10)).unwrap();
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("longer than 64 KiB"));
    }
}
