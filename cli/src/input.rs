//! Reads the files that are named on the command line.

use crate::exit::Exit;
use crate::failure::{Failure, chain};
use std::fs::File;
use std::io::{self, Read as _};

/// The bytes of the file at `path`, or of standard input for `-`. At most `max_bytes` + 1 bytes are read, so that the caller can detect a file
/// that is too large.
pub(crate) fn read(path: &str, max_bytes: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let max_bytes = max_bytes as u64 + 1;
    let read = match path {
        "-" => io::stdin().lock().take(max_bytes).read_to_end(&mut bytes),
        path => File::open(path).and_then(|file| file.take(max_bytes).read_to_end(&mut bytes)),
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::new(Exit::Usage, format!("{path} cannot be read"))
            .because(chain(&error))
            .hint("check the path and the permissions of the file; `-` is standard input")),
    }
}
