//! Which files there are, and what is refused at the start.

use super::{Place, number, plenty, rows};
use crate::bindings::spin::sqlite::sqlite::Error;
use crate::sqlite::connection::Connection;
use crate::sqlite::database::Databases;
use std::collections::BTreeSet;
use std::sync::Arc;

#[tokio::test]
async fn only_granted_labels_open_and_each_has_its_file() {
    let place = Place::new();
    assert!(matches!(place.databases.get("secret"), Err(Error::AccessDenied)));
    rows(&place.open().await, "CREATE TABLE t (v)").await;
    let other = place.databases.get("other").unwrap().lease().await.unwrap();
    assert_eq!(number(&other, "SELECT count(*) FROM sqlite_schema").await, 0);
    assert!(place.file("reuse-surface.db") && place.file("other.db"));
}

#[test]
fn a_database_that_cannot_be_written_is_refused_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let labels = BTreeSet::from(["default".to_owned()]);
    let file = directory.path().join("reuse-surface.db");
    std::fs::write(&file, "this is no database, but long enough to be taken for one".repeat(100)).unwrap();
    let refused = Databases::new(&labels, directory.path(), &plenty(), 8).err().unwrap();
    let refused = format!("{refused:#}");
    assert!(refused.contains("reuse-surface.db") && refused.contains("not a database"), "{refused}");
    let refused = Databases::new(&labels, &file, &plenty(), 8).err().unwrap();
    assert!(format!("{refused:#}").contains("cannot create"), "{refused:#}");
}

#[test]
fn a_file_that_may_only_be_read_is_refused_at_the_start() {
    let place = Place::new();
    let Place { databases, directory } = place;
    drop(databases);
    let data = directory.path().join("data");
    // Root ignores file modes. SQLite's own read-only mode works for every user.
    let labels = BTreeSet::from(["default".to_owned()]);
    let file = data.join("reuse-surface.db");
    std::fs::remove_file(&file).unwrap();
    let read_only = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE t (v)").unwrap();
    let database = rusqlite::Connection::open_with_flags(&file, read_only).unwrap();
    database.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
    let connection = Connection::of(database, Arc::default(), plenty()).unwrap();
    assert!(connection.check_writable().unwrap_err().to_string().contains("readonly"));
    Databases::new(&labels, &data, &plenty(), 8).unwrap();
    assert_eq!(
        rusqlite::Connection::open(&file)
            .unwrap()
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .unwrap(),
        1
    );
}

#[test]
fn a_directory_belongs_to_one_process_at_a_time() {
    let place = Place::new();
    let labels = BTreeSet::from(["default".to_owned()]);
    let data = place.directory.path().join("data");
    let refused = Databases::new(&labels, &data, &plenty(), 8).err().unwrap();
    assert!(format!("{refused:#}").contains("in use by another hub"), "{refused:#}");
    let Place { databases, directory: _directory } = place;
    drop(databases);
    Databases::new(&labels, &data, &plenty(), 8).unwrap();
}
