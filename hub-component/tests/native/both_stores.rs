//! The tests of the store's behaviour run on PostgreSQL as well, in every run of the suite.

use crate::stores::is_postgres;
use std::process::Command;

/// Modules whose tests run statements that no other module runs, or depend on how transactions and writers interleave. What the others prove is above
/// the store: formats, pages, protocols, and rules that are the same whatever holds the rows. One test of `retention` stands for all,
/// which take minutes there. `STORE=postgres` runs all modules on PostgreSQL.
const MODULES: [&str; 31] = [
    "aborted_refreshes::",
    "acknowledged::what_is_acknowledged",
    "announced::",
    "branches::",
    "catalogues::",
    "consumers::",
    "damage::",
    "demand::",
    "events::",
    "failures::",
    "feeds::",
    "growth::",
    "hooks::",
    "identities::exchanging::",
    "incremental::",
    "labels::",
    "listing::",
    "mirror::",
    "overlaps::",
    "records::",
    "refreshing::",
    "retention::a_thousand_revisions",
    "search::",
    "streaming::",
    "token_secrets::",
    "tokens::",
    "tombstones::",
    "transparency::",
    "upgrade::a_newer_schema",
    "upstreams::",
    "writers::",
];

#[test]
fn what_depends_on_the_store_holds_on_postgresql() {
    if is_postgres() {
        // All modules run there already.
        return;
    }
    let mut tests = Command::new(std::env::current_exe().expect("this program"));
    let ran = tests.args(MODULES).env("STORE", "postgres").output().expect("the tests start");
    let printed = String::from_utf8_lossy(&ran.stdout);
    let failures = printed.split_once("\nfailures:\n").map_or(&*printed, |(_, failures)| failures);
    assert!(ran.status.success(), "{failures}\n{}", String::from_utf8_lossy(&ran.stderr));
    for module in MODULES {
        assert!(printed.contains(&format!("test {module}")), "no test of {module} ran");
    }
}
