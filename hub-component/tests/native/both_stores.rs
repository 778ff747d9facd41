//! The tests of the store's behaviour run on PostgreSQL as well, in every run of the suite.

/// Modules whose tests run statements that no other module runs, or depend on how transactions and writers interleave. What the others prove is above
/// the store: formats, pages, protocols, and rules that are the same whatever holds the rows. One test of `retention` stands for all,
/// which take minutes there. `STORE=postgres` runs all modules on PostgreSQL.
const MODULES: [&str; 33] = [
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
    "long_urls::",
    "mirror::",
    "moving::",
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
    throw_away_postgres::run_on_postgres(&MODULES).expect("all tests pass");
}
