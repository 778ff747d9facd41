//! A database that is filled with everything that another one has.

use crate::long_urls::longest_url;
use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::json;
use store::StoreError;
use store::moving::{Moved, move_all};
use store::sqlite::Sqlite;

/// What the schema says while a move into the database is not complete.
const MARK: &str =
    "INSERT INTO migrations (version, applied_at, readable_from) VALUES (1099511627776, '', 1099511627776)";

async fn move_into(target: &Hub, from: &Hub) -> Result<Moved, StoreError> {
    let source = Sqlite::at(from.place().path());
    move_all(&source, &source, &target.place().store(), 1_800_000_000).await
}

#[tokio::test]
async fn what_a_running_hub_wrote_into_the_target_stays() {
    let (source, target) = (Hub::in_a_file(), Hub::new());
    source.register("old", index("old", 1, 0)).await;
    assert_eq!(target.get("/health").await["status"], "ok");
    // A move began and was interrupted, while this hub, which has already checked the schema, goes on.
    target.change(MARK);
    target.register("a", index("a", 1, 0)).await;
    let refused = move_into(&target, &source).await;
    assert!(matches!(refused, Err(StoreError::NotEmpty)), "{refused:?}");
    // Also a hub that starts now uses what is there.
    assert_eq!(target.beside(0).get("/v1/repos").await["total"], 1);
    assert_eq!(target.beside(0).get("/v1/repos/a").await["repo"], "a");
}

#[tokio::test]
async fn an_interrupted_move_is_repeated_and_brings_the_longest_url() {
    let (source, target) = (Hub::in_a_file(), Hub::new());
    let body = json!({"repo": "a", "url": longest_url(), "domain": "d"});
    assert_eq!(source.ask(Method::POST, "/v1/repos", body).await.0, StatusCode::CREATED);
    assert_eq!(target.get("/health").await["status"], "ok");
    target.change(MARK);
    assert_eq!(target.beside(0).ask(Method::GET, "/v1/repos", json!(null)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    move_into(&target, &source).await.expect("moved");
    assert_eq!(target.beside(0).get("/v1/repos/a").await["url"], longest_url());
}
