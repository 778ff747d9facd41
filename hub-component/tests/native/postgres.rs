//! The rules of the adapter for PostgreSQL, on a pool that hands on connections as they were dropped, as Spin's does.

use crate::stores::{Pool, Pooled, schema, server};
use futures::future::join_all;
use store::database::{
    Database as _, DatabaseError, RawTransaction as _, Row, Transaction as _, Value, read_with, write_with,
};
use store::migrations::migrate;
use store::postgres::{Connect, Connection, Failure, Postgres};

/// A database with a table `t` of one column, and its pool.
async fn database() -> (Postgres<Pool>, Pool) {
    let url = schema();
    server().run_at(&url, "CREATE TABLE t (v BIGINT)").expect("a table");
    let pool = Pool::at(&url);
    let database = Postgres::new(pool.clone());
    database.prepare().await.expect("prepared");
    (database, pool)
}

async fn count(database: &Postgres<Pool>) -> i64 {
    let rows = database.query("SELECT count(*) FROM t", Vec::new()).await.expect("rows");
    let count = if let Value::Integer(count) = rows[0][0] { Some(count) } else { None };
    count.expect("a number")
}

async fn insert(database: &Postgres<Pool>) -> Result<(), DatabaseError> {
    write_with(database, async |tx| tx.query("INSERT INTO t VALUES (1)", Vec::new()).await.map(drop)).await
}

#[tokio::test]
async fn what_another_user_left_open_is_not_committed() {
    let (database, pool) = database().await;
    let left = pool.open().await.expect("a connection");
    for sql in ["BEGIN", "INSERT INTO t VALUES (1)"] {
        left.query(sql, Vec::new()).await.expect("done");
    }
    drop(left);
    write_with(&database, async |_| Ok::<_, DatabaseError>(())).await.expect("committed");
    assert_eq!(count(&database).await, 0);
}

#[tokio::test]
async fn a_transaction_that_is_dropped_keeps_nobody_out() {
    let (database, _) = database().await;
    let mut tx = database.write().await.expect("a transaction");
    tx.query("INSERT INTO t VALUES (1)", Vec::new()).await.expect("done");
    tx.abandon();
    insert(&database).await.expect("it is the next one's turn");
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_is_not_acknowledged() {
    let (database, _) = database().await;
    let done: Result<(), DatabaseError> = write_with(&database, async |tx| {
        tx.query("INSERT INTO t VALUES (1)", Vec::new()).await?;
        // The error is ignored. PostgreSQL reports the `COMMIT` that follows as a success.
        _ = tx.query("INSERT INTO nothing VALUES (1)", Vec::new()).await;
        Ok(())
    })
    .await;
    assert!(done.is_err_and(|error| error.to_string().contains("nothing")), "the first failure is named");
    assert_eq!(count(&database).await, 0);
}

#[tokio::test]
async fn what_may_fail_leaves_the_transaction_as_it_was() {
    let (database, _) = database().await;
    let done: Result<(), DatabaseError> = write_with(&database, async |tx| {
        tx.query("INSERT INTO t VALUES (1)", Vec::new()).await?;
        assert!(tx.try_query("SELECT v FROM nothing", Vec::new()).await.is_err());
        assert_eq!(tx.try_query("SELECT v FROM t", Vec::new()).await?, [[Value::Integer(1)]]);
        Ok(())
    })
    .await;
    done.expect("committed");
    assert_eq!(count(&database).await, 1);
}

/// A pool on whose connections the server cannot run the statements that begin like this.
#[derive(Clone)]
struct Faulty(Pool, &'static str);

impl Connect for Faulty {
    type Connection = FaultyConnection;

    async fn open(&self) -> Result<FaultyConnection, Failure> {
        Ok(FaultyConnection(self.0.open().await?, self.1))
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(work);
    }
}

struct FaultyConnection(Pooled, &'static str);

impl Connection for FaultyConnection {
    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, Failure> {
        // This ends what the transaction can do at the server, as any failure does.
        let sql = if sql.starts_with(self.1) { "SELECT 1 / 0" } else { sql };
        self.0.query(sql, parameters).await
    }
}

#[tokio::test]
async fn a_transaction_whose_savepoint_failed_is_not_acknowledged() {
    for (fault, statement) in [("SAVEPOINT", "SELECT 1"), ("RELEASE", "SELECT 1"), ("ROLLBACK TO", "SELECT nothing")] {
        let (database, pool) = database().await;
        let faulty = Postgres::new(Faulty(pool, fault));
        let done: Result<(), DatabaseError> = write_with(&faulty, async |tx| {
            tx.query("INSERT INTO t VALUES (1)", Vec::new()).await?;
            // What may fail is ignored. PostgreSQL reports the `COMMIT` that follows as a success.
            assert!(tx.try_query(statement, Vec::new()).await.is_err());
            Ok(())
        })
        .await;
        assert!(done.is_err_and(|error| error.to_string().contains("savepoint")), "{fault}");
        assert_eq!(count(&database).await, 0, "{fault}");
        insert(&database).await.expect("the next one's turn");
    }
}

#[tokio::test]
async fn texts_are_ordered_by_their_bytes_whatever_the_database_says() {
    let create =
        "CREATE DATABASE icu TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'";
    server().run(create).expect("a database");
    let database = Postgres::new(Pool::at(&server().url_of("icu")));
    migrate(&database, 1_800_000_000).await.expect("the schema");
    let repos = |rows: Vec<Row>| rows.into_iter().flatten().collect::<Vec<_>>();
    let names = ["B", "a-b", "a.c", "a_b", "b"].map(|name| Value::Text(name.to_owned()));
    let unordered = "SELECT * FROM (VALUES ('a_b'), ('b'), ('a.c'), ('B'), ('a-b')) v (repo)";
    let by_icu = database.query(&format!("{unordered} ORDER BY repo"), Vec::new()).await.expect("rows");
    assert_ne!(repos(by_icu), names, "this database orders in another way by itself");
    let done: Result<_, DatabaseError> = write_with(&database, async |tx| {
        let insert = format!(
            "INSERT INTO composition (repo, url, domain, required, index_digest, capability_count, via)
             SELECT repo, '', '', 0, '', 0, '' FROM ({unordered}) named"
        );
        tx.query(&insert, Vec::new()).await?;
        tx.query("SELECT repo FROM composition WHERE repo > 'A' ORDER BY repo", Vec::new()).await
    })
    .await;
    assert_eq!(repos(done.expect("rows")), names);
}

#[tokio::test]
async fn a_commit_that_nobody_confirmed_is_neither_a_success_nor_a_refusal() {
    let (database, _) = database().await;
    let done: Result<(), DatabaseError> = write_with(&database, async |tx| {
        let rows = tx.query("SELECT CAST(pg_backend_pid() AS BIGINT)", Vec::new()).await?;
        let Value::Integer(process) = rows[0][0] else { panic!("{rows:?}") };
        server().run(&format!("SELECT pg_terminate_backend({process}, 5000)")).expect("terminated");
        Ok(())
    })
    .await;
    assert!(matches!(done, Err(DatabaseError::OutcomeUnknown(_))), "{done:?}");
    insert(&database).await.expect("the next one has a connection of its own");
}

#[tokio::test]
async fn writers_come_one_after_the_other() {
    let (database, _) = database().await;
    let next = "INSERT INTO t SELECT coalesce(max(v), 0) + 1 FROM t";
    let writer = || async { write_with(&database, async |tx| tx.query(next, Vec::new()).await).await.expect("done") };
    join_all((0..16).map(|_| writer())).await;
    let rows = database.query("SELECT count(DISTINCT v), max(v) FROM t", Vec::new()).await.expect("rows");
    assert_eq!(rows, [[Value::Integer(16), Value::Integer(16)]]);
}

#[tokio::test]
async fn a_read_sees_one_state_and_writes_nothing() {
    let (database, _) = database().await;
    let seen: Result<_, DatabaseError> = read_with(&database, async |tx| {
        let before = tx.query("SELECT count(*) FROM t", Vec::new()).await?;
        insert(&database).await?;
        let after = tx.query("SELECT count(*) FROM t", Vec::new()).await?;
        let refused = tx.query("INSERT INTO t VALUES (2)", Vec::new()).await;
        Ok((before, after, refused.is_err()))
    })
    .await;
    let none = vec![vec![Value::Integer(0)]];
    assert_eq!(seen, Ok((none.clone(), none, true)));
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn hubs_that_start_at_once_make_the_schema_once() {
    let url = schema();
    let started = (0..8).map(|_| async {
        let database = Postgres::new(Pool::at(&url));
        migrate(&database, 1_800_000_000).await
    });
    for done in join_all(started).await {
        done.expect("it starts");
    }
    assert_eq!(server().run_at(&url, "SELECT count(*) - max(version) FROM migrations").expect("a number"), "0");
}

#[tokio::test]
async fn the_server_gives_up_on_a_hub_that_died() {
    let (database, pool) = database().await;
    // Cleaned by the pool, which resets all settings that do not come from the connection string.
    drop(pool.open().await.expect("a connection"));
    for (setting, expected) in
        [("idle_in_transaction_session_timeout", "10s"), ("lock_timeout", "5s"), ("statement_timeout", "30s")]
    {
        let shown = database.query(&format!("SHOW {setting}"), Vec::new()).await.expect("a setting");
        assert_eq!(shown, [[Value::Text(expected.to_owned())]], "{setting}");
    }
}
