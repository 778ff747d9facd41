//! A database of a hub that could not search yet.

use super::{encoded, places};
use crate::ports::Hub;

/// What the first version of the schema wrote: two sources, one of which changed once.
const FIRST_SCHEMA: &str = include_str!("first_schema.sql");

#[tokio::test]
async fn what_is_published_can_be_searched_after_the_upgrade() {
    let hub = Hub::over(FIRST_SCHEMA);
    let page = hub.get("/v1/capabilities?q=version").await;
    assert_eq!(places(&page), ["a capability.a.n0", "a capability.a.n1", "b capability.b.n0"], "{page}");
    assert_eq!(page["capabilities"][0]["name"], "Version 1");
    assert_eq!(hub.get("/v1/capabilities/capability.b.n0").await["total"], 1);
    let typed = format!("/agents?type={}", encoded(federation::discovery::CAPABILITY));
    assert_eq!(hub.get(&typed).await["total"], 3);
    assert_eq!(hub.number("SELECT count(*) FROM search_entries"), 3, "each entry once");
}
