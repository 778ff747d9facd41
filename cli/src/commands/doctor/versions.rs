//! Compares this program's version with the hub's.

use crate::commands::checks::Finding;

const OWN: &str = env!("CARGO_PKG_VERSION");

/// The versions are compatible if all numbers but the last are the same.
pub(super) fn compare(hub: &str) -> Finding {
    let seen = format!("the hub has version {hub}, this program {OWN}");
    match series(hub) == series(OWN) {
        true => Finding::Fine(seen),
        false => Finding::Warning(
            seen,
            "use the program in the hub's version: they may not support all of each other's features",
        ),
    }
}

fn series(version: &str) -> Option<&str> {
    version.rsplit_once('.').map(|(series, _)| series)
}
