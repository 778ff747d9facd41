//! Each statement of a request fails in turn: what was acknowledged is stored, and what was refused is not.
//!
//! The ports check that every transaction is ended, whatever fails, in these tests as in all others.

use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};
use store::database::{Database as _, DatabaseError, Transaction as _, read_with, write_with};
use store::sqlite::Sqlite;

/// Everything that the writes below change, as one number: half a write gives another number.
const STATE: &str = "SELECT (SELECT count(*) FROM registrations) + 100 * (SELECT count(*) FROM events)
     + 100000 * (SELECT coalesce(max(number), 0) FROM revisions) + 10000000 * (SELECT count(*) FROM composition)
     + 1000000000 * (SELECT count(*) FROM tokens) + 10000000000 * (SELECT count(*) FROM hooks)
     + 100000000000 * (SELECT count(*) FROM registrations WHERE description <> '')";

const FIRST_SCHEMA: &str = include_str!("search/first_schema.sql");

async fn hub() -> Hub {
    let hub = Hub::new();
    hub.register("a", index("a", 2, 0)).await;
    hub.sources().set("https://b.example.org/index.yaml", index("b", 2, 0));
    hub.publish("a", index("a", 3, 1));
    hub
}

/// Sends a request while each of its statements fails in turn; returns how many there were.
async fn each_fails(method: Method, path: &str, body: &Value) -> usize {
    let whole = hub().await;
    let before = whole.number(STATE);
    let (status, answer) = whole.ask(method.clone(), path, body.clone()).await;
    let after = whole.number(STATE);
    assert!(status.is_success() && after != before, "{method} {path}: {status} {answer}");
    let mut current = hub().await;
    for n in 0.. {
        current.fail_after(n);
        let (status, answer) = current.ask(method.clone(), path, body.clone()).await;
        let place = format!("{method} {path}, statement {n}: {status} {answer}");
        let has_failed = current.stop_failing();
        let found = current.number(STATE);
        // The request itself is valid.
        assert!(status.is_success() || status.is_server_error(), "{place}");
        assert!(found == after || (found == before && !status.is_success()), "{found}: {place}");
        if !has_failed {
            assert!(status.is_success(), "{place}");
            return n;
        }
        // A lease that could not be released expires.
        current.pass(300);
        // A failure that changed nothing leaves nothing locked: on the same hub, the same request gets one statement further next time, until it succeeds.
        if found == after {
            let (again, answer) = current.ask(method.clone(), path, body.clone()).await;
            assert!(!again.is_server_error(), "{place}; again: {again} {answer}");
            assert_eq!(current.number(STATE), after, "{place}; again: {again} {answer}");
            current = hub().await;
        }
    }
    0
}

#[tokio::test]
async fn what_is_acknowledged_is_stored_whichever_statement_fails() {
    let b = json!({"repo": "b", "url": "https://b.example.org/index.yaml", "domain": "d"});
    let token = json!({"name": "ci", "scopes": ["compose"]});
    for (method, path, body) in [
        (Method::POST, "/v1/repos?require_valid=true", b),
        (Method::PATCH, "/v1/repos/a", json!({"domain": "e", "description": "new"})),
        (Method::DELETE, "/v1/repos/a", json!(null)),
        (Method::POST, "/v1/repos/a/refresh", json!(null)),
        (Method::POST, "/v1/federated/compose?force=true", json!(null)),
        (Method::POST, "/v1/tokens", token),
        (Method::POST, "/v1/repos/a/hook", json!(null)),
    ] {
        let statements = each_fails(method.clone(), path, &body).await;
        assert!(statements >= 4, "{method} {path} has {statements} statements");
    }
}

#[tokio::test]
async fn an_upgrade_is_made_whole_or_not_at_all_whichever_statement_fails() {
    const DOCUMENT: &str = "/v1/federated?format=json&revision=1";
    let whole = Hub::over(FIRST_SCHEMA).text(DOCUMENT).await;
    for n in 0.. {
        let hub = Hub::over(FIRST_SCHEMA);
        hub.fail_after(n);
        let (status, answer) = hub.ask(Method::GET, DOCUMENT, json!(null)).await;
        if !hub.stop_failing() {
            assert!(n > 100, "{n} statements");
            break;
        }
        // What can be produced again if it cannot be read is produced again.
        assert!(matches!(status.as_u16(), 200 | 503), "statement {n}: {status} {answer}");
        assert_eq!(hub.text(DOCUMENT).await, whole, "statement {n}");
    }
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_is_never_committed() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("t.db");
    rusqlite::Connection::open(&path).expect("a database").execute_batch("CREATE TABLE t (v)").expect("a table");
    let database = Sqlite::at(path);
    let done: Result<(), DatabaseError> = write_with(&database, async |tx| {
        tx.query("INSERT INTO t VALUES (1)", Vec::new()).await?;
        // The error is ignored.
        let failed = tx.query("INSERT INTO nothing VALUES (1)", Vec::new()).await;
        assert_eq!(tx.query("SELECT 1", Vec::new()).await, failed, "whatever follows fails too");
        Ok(())
    })
    .await;
    assert!(done.is_err_and(|error| error.to_string().contains("nothing")), "the first failure is named");
    // A statement that may fail leaves the transaction as it was.
    let read: Result<(), DatabaseError> = read_with(&database, async |tx| {
        assert!(tx.try_query("SELECT v FROM nothing", Vec::new()).await.is_err());
        assert!(tx.query("SELECT v FROM t", Vec::new()).await?.is_empty(), "nothing was written");
        Ok(())
    })
    .await;
    assert_eq!(read, Ok(()));
    let refused = write_with(&database, async |tx| {
        tx.query("INSERT INTO t VALUES (2)", Vec::new()).await?;
        Err::<(), _>(DatabaseError::Busy)
    });
    assert_eq!(refused.await, Err(DatabaseError::Busy));
    assert_eq!(database.query("SELECT v FROM t", Vec::new()).await, Ok(Vec::new()), "an error rolls back");
}
