//! What a test sees and changes behind a hub's back: its database, and the statements that it runs.

use crate::ports::Hub;
use crate::stores::Place;
use federation::time::Seconds;
use hub_component::ports::Ports as _;
use std::sync::atomic::Ordering;
use store::database::{Autocommit, Database as _, Transaction as _, Value, write_with};
use store::either::Either;
use store::revisions::lines_of;

impl Hub {
    /// Where the database is.
    pub fn place(&self) -> &Place {
        &self.ports.0.database.place
    }

    /// Everything that the database has on disk.
    pub fn database_files(&self) -> Vec<u8> {
        self.ports.database().place.contents()
    }

    /// From now on, this many statements succeed and the one after them fails.
    pub fn fail_after(&self, statements: usize) {
        *self.ports.0.database.seen.left.lock().expect("lock") = Some(statements);
    }

    /// All statements succeed again; returns whether one has failed.
    pub fn stop_failing(&self) -> bool {
        self.ports.0.database.seen.left.lock().expect("lock").take().is_none()
    }

    /// The statements since the last call.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.ports.0.database.seen.statements.lock().expect("lock"))
    }

    /// Changes the database, bypassing the hub, right before the next statement outside of a transaction that contains `before`.
    pub fn change_before(&self, before: &'static str, sql: &str) {
        *self.ports.0.database.seen.between.lock().expect("lock") = Some((before, sql.to_owned()));
    }

    /// Pretends that the instance died in one transaction, which nothing could end.
    pub fn died_in_a_transaction(&self) {
        let abandoned = std::mem::take(&mut *self.ports.database().seen.abandoned.lock().expect("lock"));
        assert_eq!(abandoned.len(), 1, "{abandoned:?}");
    }

    /// From now on other tasks get a turn during a transaction. If one writes, they wait for its lock on this very thread.
    pub fn give_way(&self) {
        self.ports.0.database.seen.gives_way.store(true, Ordering::Relaxed);
    }

    /// Bytes of the largest result of a statement since the last call.
    pub fn largest_result(&self) -> usize {
        self.ports.0.database.seen.largest.swap(0, Ordering::Relaxed)
    }

    /// How many rows each transaction since the last call changed.
    pub fn commits(&self) -> Vec<i64> {
        std::mem::take(&mut *self.ports.0.database.seen.commits.lock().expect("lock"))
    }

    /// How SQLite would run a statement, one line per step; empty on PostgreSQL, whose plans depend on the amount of data.
    pub fn plan(&self, sql: &str) -> Vec<String> {
        let Either::Sqlite(sqlite) = &self.ports.database().store else { return Vec::new() };
        let connection = sqlite.open().expect("a connection");
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
        let parameters = vec![rusqlite::types::Value::Null; plan.parameter_count()];
        let steps = plan.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3)).expect("a plan");
        steps.collect::<Result<_, _>>().expect("steps")
    }

    /// The number that a statement returns, bypassing the hub.
    pub fn number(&self, sql: &str) -> i64 {
        self.ports.database().place.number(sql)
    }

    /// Changes the database, bypassing the hub.
    pub fn change(&self, sql: &str) {
        self.ports.database().place.change(sql);
    }

    /// Destroys the database.
    pub fn lose_store(&self) {
        self.ports.database().place.lose();
    }

    /// Writes a row (two texts and a time from now), bypassing the hub, as another instance would.
    pub async fn write(&self, sql: &str, first: &str, second: &str, seconds: Seconds) {
        let at = self.ports.now() + seconds;
        let parameters = vec![Value::Text(first.into()), Value::Text(second.into()), Value::Integer(at)];
        write_with(self.ports.database(), async |tx| tx.query(sql, parameters).await).await.expect("a row");
    }

    /// The single number that a query returns, bypassing the hub.
    pub async fn count(&self, sql: &str) -> i64 {
        let rows = self.ports.database().query(sql, Vec::new()).await.expect("rows");
        let first = rows.first().and_then(|row| row.first());
        first.and_then(|value| if let Value::Integer(count) = value { Some(*count) } else { None }).expect("a number")
    }

    /// How many of these repos are published.
    pub async fn published(&self, repos: &[&str]) -> usize {
        lines_of(&mut Autocommit(self.ports.database()), repos).await.expect("lines").len()
    }
}
