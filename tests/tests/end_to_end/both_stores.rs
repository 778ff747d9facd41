//! Tests of the whole hub run on PostgreSQL as well, in every run of the suite.

use anyhow::Result;

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
    throw_away_postgres::run_on_postgres(&TESTS)
}
