//! This program's version and the hub's.

use crate::commands::checks::Finding;

const OWN: &str = env!("CARGO_PKG_VERSION");

/// They fit together while all but the last number is the same.
pub(super) fn compare(hub: &str) -> Finding {
    let seen = format!("the hub has {hub}, this program {OWN}");
    match series(hub) == series(OWN) {
        true => Finding::Fine(seen),
        false => Finding::Warning(seen, "use the program of the hub's version: they may not know all of each other"),
    }
}

fn series(version: &str) -> Option<&str> {
    version.rsplit_once('.').map(|(series, _)| series)
}
