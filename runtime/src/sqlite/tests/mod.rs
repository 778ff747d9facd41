//! Tests the semantics of Spin's SQLite that the component relies on, and those that make the
//! reuse of connections invisible.

mod connections;
mod files;

use super::connection::Outcome;
use super::database::{Databases, Lease};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use crate::budget::{Budget, Purpose};
use std::collections::BTreeSet;
use std::sync::Arc;
use tempfile::TempDir;

fn plenty() -> Arc<Budget> {
    Budget::new(1 << 30)
}

struct Place {
    databases: Databases,
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let labels = BTreeSet::from(["default".to_owned(), "other".to_owned()]);
        let databases = Databases::new(&labels, &directory.path().join("data"), &plenty(), 8).unwrap();
        Self { databases, directory }
    }

    async fn open(&self) -> Lease {
        self.databases.get("default").unwrap().lease().await.unwrap()
    }

    /// A connection, with WAL on and a table `t` of one column.
    async fn with_table(&self) -> Lease {
        let lease = self.open().await;
        rows(&lease, "PRAGMA journal_mode = wal").await;
        rows(&lease, "CREATE TABLE t (v)").await;
        lease
    }

    fn file(&self, name: &str) -> bool {
        self.directory.path().join("data").join(name).exists()
    }
}

async fn run(lease: &Lease, sql: &str, parameters: &[Value]) -> Outcome {
    lease.clone().run(sql.to_owned(), parameters.to_vec()).await
}

async fn rows(lease: &Lease, sql: &str) -> Vec<Vec<Value>> {
    let outcome = run(lease, sql, &[]).await;
    outcome.result.unwrap();
    outcome.rows.into_iter().map(|row| row.values).collect()
}

async fn number(lease: &Lease, sql: &str) -> i64 {
    match rows(lease, sql).await[0][0] {
        Value::Integer(number) => number,
        ref other => panic!("{sql} gives {other:?}"),
    }
}

async fn failure(lease: &Lease, sql: &str) -> String {
    match run(lease, sql, &[]).await.result.unwrap_err() {
        Error::Io(text) => text,
        other => panic!("{sql} gives {other:?}"),
    }
}

#[tokio::test]
async fn every_commit_begins_a_generation_and_nothing_else_does() {
    let place = Place::new();
    let lease = place.with_table().await;
    let mut before = place.databases.version();
    for (statement, commits) in [
        ("SELECT count(*) FROM t", false),
        ("INSERT INTO t VALUES (1)", true),
        ("INSERT INTO t VALUES (2) RETURNING v", true),
        ("BEGIN IMMEDIATE", false),
        ("INSERT INTO t VALUES (3)", false),
        ("SELECT count(*) FROM t", false),
        ("COMMIT", true),
        ("BEGIN", false),
        ("SELECT count(*) FROM t", false),
        ("COMMIT", false),
        ("CREATE TABLE u (v)", true),
        ("SAVEPOINT s", false),
        ("INSERT INTO t VALUES (4)", false),
        ("RELEASE s", true),
        ("WITH x AS (SELECT 5 AS v) INSERT INTO t SELECT v FROM x", true),
    ] {
        rows(&lease, statement).await;
        let after = place.databases.version();
        assert_eq!(after != before, commits, "{statement}");
        before = after;
    }
    // In a transaction that never commits.
    rows(&lease, "BEGIN IMMEDIATE").await;
    rows(&lease, "INSERT INTO t VALUES (6)").await;
    drop(lease);
    assert_eq!(place.databases.version(), before);
    let other = place.databases.get("other").unwrap().lease().await.unwrap();
    rows(&other, "CREATE TABLE t (v)").await;
    assert_ne!(place.databases.version(), before, "a commit to another database");
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let place = Place::new();
    let lease = place.with_table().await;
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Real(0.5),
        Value::Text("grüße\0".into()),
        Value::Text(String::new()),
        Value::Blob(vec![0, 0xff]),
    ];
    let outcome = run(&lease, "SELECT ?1 AS a, ?, ?, ?, ?, ?", &values).await;
    assert_eq!(outcome.columns[0], "a");
    assert_eq!(format!("{:?}", outcome.rows[0].values), format!("{values:?}"));
    outcome.result.unwrap();
}

#[tokio::test]
async fn errors_come_with_the_result() {
    let place = Place::new();
    let lease = place.with_table().await;
    assert!(failure(&lease, "selec 1").await.contains("syntax error"));
    assert!(failure(&lease, "SELECT ?").await.contains("parameter"));
    assert!(failure(&lease, "SELECT * FROM missing").await.contains("no such table"));
    rows(&lease, "CREATE UNIQUE INDEX u ON t (v)").await;
    rows(&lease, "INSERT INTO t VALUES (1)").await;
    assert!(failure(&lease, "INSERT INTO t VALUES (1)").await.contains("UNIQUE constraint failed: t.v"));
    let outcome = run(&lease, "SELECT 1 AS a UNION ALL SELECT abs(-9223372036854775808)", &[]).await;
    assert_eq!((outcome.columns, outcome.rows.len()), (vec!["a".to_owned()], 1));
    assert!(matches!(outcome.result, Err(Error::Io(text)) if text.contains("overflow")));
}

#[tokio::test]
async fn a_second_statement_is_an_error_rather_than_lost() {
    let place = Place::new();
    let lease = place.with_table().await;
    assert!(
        failure(&lease, "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)").await.contains("Multiple statements")
    );
    assert_eq!(number(&lease, "SELECT count(*) FROM t").await, 0);
    rows(&lease, "INSERT INTO t VALUES (1); -- and no more").await;
    assert_eq!(number(&lease, "SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_an_error() {
    let place = Place::new();
    let lease = place.open().await;
    assert!(failure(&lease, "SELECT 1, CAST(x'ff' AS text)").await.contains("column 1"));
    assert_eq!(number(&lease, "SELECT 1").await, 1);
}

#[tokio::test]
async fn other_files_stay_out_of_reach() {
    let place = Place::new();
    let lease = place.open().await;
    let outside = place.directory.path().join("outside.db");
    assert!(failure(&lease, &format!("ATTACH '{}' AS o", outside.display())).await.contains("not authorized"));
    let refused = failure(&lease, &format!("VACUUM INTO '{}'", outside.display())).await;
    assert!(refused.contains("authorization denied"), "{refused}");
    assert!(!outside.exists());
    rows(&lease, "ATTACH ':memory:' AS m").await;
}

#[tokio::test]
async fn a_result_has_a_bound() {
    let place = Place::new();
    let lease = place.open().await;
    let huge = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
                SELECT zeroblob(1000000) FROM n";
    assert!(failure(&lease, huge).await.contains("read it in pages"));
}

#[tokio::test]
async fn rows_of_all_statements_share_one_budget() {
    let directory = tempfile::tempdir().unwrap();
    let budget = Budget::new(4 << 20);
    let databases = Databases::new(&BTreeSet::from(["default".to_owned()]), directory.path(), &budget, 8).unwrap();
    let lease = databases.get("default").unwrap().lease().await.unwrap();
    let first = run(&lease, "SELECT zeroblob(600000)", &[]).await;
    first.result.as_ref().unwrap();
    assert_eq!(budget.used_for(Purpose::Rows), 600_016);
    assert!(failure(&lease, "SELECT zeroblob(600000)").await.contains("no memory left"));
    drop(first);
    run(&lease, "SELECT zeroblob(600000)", &[]).await.result.unwrap();
    assert_eq!(budget.used_for(Purpose::Rows), 0);
}

#[tokio::test]
async fn connections_have_a_bound_that_all_instances_share() {
    let place = Place::new();
    let mut leases = Vec::new();
    for _ in 0..8 {
        leases.push(place.open().await);
    }
    let refused = place.databases.get("default").unwrap().lease().await;
    assert!(matches!(refused.err().unwrap(), Error::Io(text) if text.contains("too many")));
    leases.pop();
    place.open().await;
}

#[tokio::test]
async fn many_rows_do_not_hinder_the_next_statement() {
    let place = Place::new();
    let lease = place.open().await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n";
    let outcome = run(&lease, many, &[]).await;
    assert_eq!(number(&lease, "SELECT 1").await, 1);
    assert_eq!(outcome.rows.len(), 20_000);
}

#[tokio::test]
async fn a_long_read_runs_to_its_end() {
    let place = Place::new();
    let lease = place.open().await;
    let long =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n";
    assert_eq!(number(&lease, long).await, 300_000);
}

#[tokio::test]
async fn settings_are_those_of_spin() {
    let place = Place::new();
    let lease = place.open().await;
    for (pragma, expected) in [("busy_timeout", 5000), ("foreign_keys", 1), ("synchronous", 2)] {
        assert_eq!(number(&lease, &format!("PRAGMA {pragma}")).await, expected, "{pragma}");
    }
}
