//! Files that the command line names.

use std::fs::File;
use std::io::{self, Read as _};

use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// The bytes of the file at `path`, or of standard input for `-`; at most `most` of them and one more, so that what reads
/// them can tell that there is too much.
pub(crate) fn read(path: &str, most: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = most as u64 + 1;
    let read = match path {
        "-" => io::stdin().lock().take(most).read_to_end(&mut bytes),
        path => File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::new(Exit::Usage, format!("{path} cannot be read"))
            .because(chain(&error))
            .hint("see whether the path is right and the file may be read; `-` is standard input")),
    }
}
