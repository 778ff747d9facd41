//! What connections see of each other, and what the next user of one sees.

use super::{Place, number, rows};
use crate::sqlite::connection::Connection;
use crate::sqlite::database::Lease;

#[tokio::test]
async fn dropping_a_connection_rolls_back() {
    let place = Place::new();
    let lease = place.with_table().await;
    rows(&lease, "BEGIN IMMEDIATE").await;
    rows(&lease, "INSERT INTO t VALUES (1)").await;
    drop(lease);
    let lease = place.open().await;
    // Waits for the lock of the first connection, which may still be closing.
    rows(&lease, "BEGIN IMMEDIATE").await;
    assert_eq!(number(&lease, "SELECT count(*) FROM t").await, 0);
    rows(&lease, "COMMIT").await;
}

#[tokio::test]
async fn connections_do_not_see_what_others_have_not_committed() {
    let place = Place::new();
    let (writer, reader) = (place.with_table().await, place.open().await);
    rows(&writer, "BEGIN IMMEDIATE").await;
    rows(&writer, "INSERT INTO t VALUES (1)").await;
    assert_eq!(number(&reader, "SELECT count(*) FROM t").await, 0);
    rows(&writer, "COMMIT").await;
    assert_eq!(number(&reader, "SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn a_writer_waits_for_another_one() {
    let place = Place::new();
    let (first, second) = (place.with_table().await, place.open().await);
    rows(&first, "BEGIN IMMEDIATE").await;
    rows(&first, "INSERT INTO t VALUES (1)").await;
    let (_, _) = tokio::join!(rows(&second, "INSERT INTO t VALUES (2)"), rows(&first, "COMMIT"));
    assert_eq!(number(&first, "SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn writers_come_in_their_order() {
    let place = Place::new();
    let (first, second, third) = (place.with_table().await, place.open().await, place.open().await);
    rows(&first, "BEGIN IMMEDIATE").await;
    let mut next = Box::pin(rows(&second, "BEGIN IMMEDIATE"));
    assert!(futures::poll!(&mut next).is_pending());
    let mut last = Box::pin(rows(&third, "begin immediate"));
    assert!(futures::poll!(&mut last).is_pending());
    rows(&first, "COMMIT").await;
    next.await;
    assert!(futures::poll!(&mut last).is_pending(), "one writer at a time");
    rows(&second, "ROLLBACK").await;
    last.await;
    drop(third);
    rows(&first, "BEGIN IMMEDIATE").await;
    rows(&first, "COMMIT").await;
}

#[tokio::test]
async fn a_read_waits_for_a_lock_without_wal() {
    let place = Place::new();
    let (writer, reader) = (place.open().await, place.open().await);
    rows(&writer, "CREATE TABLE t (v)").await;
    rows(&writer, "BEGIN EXCLUSIVE").await;
    // The writer's COMMIT shares this test's thread with the read. If the read blocked the thread,
    // the lock would never be released.
    let (count, _) = tokio::join!(number(&reader, "SELECT count(*) FROM t"), rows(&writer, "COMMIT"));
    assert_eq!(count, 0);
}

#[tokio::test]
async fn counters_follow_the_connection() {
    let place = Place::new();
    let lease = place.with_table().await;
    rows(&lease, "INSERT INTO t VALUES (1), (2), (3)").await;
    let changes = lease.clone().read(Connection::changes).await;
    let rowid = lease.clone().read(Connection::last_insert_rowid).await;
    assert_eq!((changes, rowid), (3, 3));
    drop(lease);
    let next = place.open().await;
    let rowid = next.clone().read(Connection::last_insert_rowid).await;
    assert_eq!((next.clone().read(Connection::changes).await, rowid), (0, 0));
}

async fn is_altered(lease: &Lease) -> bool {
    number(lease, "PRAGMA cache_size").await != -2000
        || number(lease, "SELECT count(*) FROM temp.sqlite_schema").await != 0
        || rows(lease, "PRAGMA database_list").await.len() > 2
}

#[tokio::test]
async fn nothing_of_a_connection_reaches_the_next_user() {
    let place = Place::new();
    drop(place.with_table().await);
    for alteration in [
        "PRAGMA cache_size = 17",
        "PRAGMA cache_size(17)",
        "CREATE TEMP TABLE leak (v)",
        "CREATE TEMP VIEW leak AS SELECT 1",
        "ATTACH ':memory:' AS leak",
    ] {
        let lease = place.open().await;
        rows(&lease, alteration).await;
        assert!(is_altered(&lease).await, "{alteration}");
        drop(lease);
        assert!(!is_altered(&place.open().await).await, "{alteration}");
    }
    let lease = place.open().await;
    rows(&lease, "BEGIN").await;
    number(&lease, "SELECT count(*) FROM t").await;
    drop(lease);
    rows(&place.open().await, "BEGIN").await;
}
