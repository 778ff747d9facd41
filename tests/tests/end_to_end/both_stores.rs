//! Tests of the whole hub run on PostgreSQL as well, in every run of the suite.

use anyhow::{Result, ensure};
use std::process::Command;

/// Tests that write, restart, read what was written, and read it again from the cache, through the binary and the component's own adapter. All
/// others are about what is in front of the application, or are in the native tests, which run on both databases too.
const TESTS: [&str; 15] = [
    "catalogues::",
    "document::",
    "filters::",
    "history::",
    "lifecycle::",
    "log::",
    "memo::a_herd",
    "memo::a_repeated_answer",
    "memo::a_source_that_becomes_due",
    "memo::what_was_acknowledged",
    "mirrors::without_its_primary",
    "publishing::",
    "restart::",
    "search::",
    "upstreams::",
];

#[test]
fn what_depends_on_the_store_holds_on_postgresql() -> Result<()> {
    if end_to_end::is_on_postgres() {
        // All tests that can run there do so already.
        return Ok(());
    }
    let ran = Command::new(std::env::current_exe()?).args(TESTS).env("STORE", "postgres").output()?;
    let printed = String::from_utf8_lossy(&ran.stdout);
    let failures = printed.split_once("\nfailures:\n").map_or(&*printed, |(_, failures)| failures);
    ensure!(ran.status.success(), "{failures}\n{}", String::from_utf8_lossy(&ran.stderr));
    for test in TESTS {
        ensure!(printed.contains(&format!("test {test}")), "no test of {test} ran");
    }
    Ok(())
}
