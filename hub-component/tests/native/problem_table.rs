//! The limits that the table of problems names are those of the code. `federation/tests/problem_table.rs` has those of the domain.

use federation::catalogue::{MAX_MEMBERS, MAX_PAGE_BYTES, MAX_PAGES};
use federation::problem::{answers, catalogues, upstreams};
use hub_component::hub::catalogue::LISTING_TIME;
use hub_component::hub::upstream::MAX_LINES_BYTES;
use hub_component::hub::{MAX_REVISION_WAIT, MAX_STREAMING};
use store::attempts::{CHECKS, INVALID_TOKENS};
use store::catalogues::MAX_CATALOGUES;
use store::upkeep::{KEPT_AGE, KEPT_REVISIONS};
use store::upstreams::MAX_UPSTREAMS;

#[test]
fn a_limit_in_the_table_of_problems_is_that_of_the_hub() {
    let (tokens, checks) = (&INVALID_TOKENS, &CHECKS);
    let (seconds, mib) = (LISTING_TIME.as_secs(), MAX_PAGE_BYTES >> 20);
    for (kind, limit) in [
        (&answers::TOO_MANY_CATALOGUES, format!("at most {MAX_CATALOGUES} catalogues")),
        (&answers::TOO_MANY_UPSTREAMS, format!("at most {MAX_UPSTREAMS} upstreams")),
        (&answers::REVISION_GONE, format!("newest {KEPT_REVISIONS} revisions")),
        (&answers::REVISION_GONE, format!("last {} days", KEPT_AGE / (24 * 60 * 60))),
        (&answers::TOO_MANY_FAILURES, format!("than {} invalid tokens", tokens.of_one)),
        (&answers::TOO_MANY_FAILURES, format!("than {} from all", tokens.of_all)),
        (&answers::TOO_MANY_CHECKS, format!("than {} indexes", checks.of_one)),
        (&answers::TOO_MANY_CHECKS, format!("than {} from all", checks.of_all)),
        (&answers::BEHIND, format!("within {} seconds", MAX_REVISION_WAIT.as_secs())),
        (&answers::TOO_MANY_STREAMS, format!("up to {MAX_STREAMING} streams")),
        (&catalogues::LISTING_TOO_LARGE, format!("than {MAX_PAGES} pages or {MAX_MEMBERS} repositories")),
        (&catalogues::LISTING_TOO_LARGE, format!("than {mib} MiB, or it did not arrive within {seconds} s")),
        (&upstreams::UPSTREAM_TOO_LARGE, format!("than {} MiB", MAX_LINES_BYTES >> 20)),
    ] {
        let meaning = kind.meaning.replace(',', "");
        assert!(meaning.contains(&limit.replace(',', "")), "{kind}: {meaning} should say: {limit}");
    }
}
