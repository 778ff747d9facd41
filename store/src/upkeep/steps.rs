//! The steps of the upkeep: how many one refresh may take, and how many rows each may delete.

use crate::StoreError;
use crate::database::{Database, Row, write_with};
use crate::guarded::Guarded;
use crate::leases::Lease;
use crate::row::SoleColumn;
use federation::time::Seconds;

pub(super) const DAY: Seconds = 24 * 60 * 60;
/// Rows that one transaction may delete …
pub(super) const ROWS_PER_TRANSACTION: usize = 500;
/// … and large rows, each with the body of an index.
pub(super) const LARGE_ROWS: usize = 20;
/// Transactions after one refresh. The rest is left to the next one.
const MAX_TRANSACTIONS: usize = 200;

/// The daily upkeep, and how much of it may still be done now.
pub(super) struct Upkeep<'a, D, C> {
    pub(super) database: &'a D,
    lease: &'a Lease,
    clock: C,
    steps: usize,
}

impl<'a, D: Database, C: Fn() -> Seconds + Send + Sync> Upkeep<'a, D, C> {
    /// Begins, with as many steps as one refresh may take.
    pub(super) fn new(database: &'a D, lease: &'a Lease, clock: C) -> Self {
        Self { database, lease, clock, steps: MAX_TRANSACTIONS }
    }

    /// Takes the next step in a transaction; false if no more may be done now.
    pub(super) async fn step(
        &mut self,
        work: impl AsyncFnOnce(&mut Guarded<D::Transaction>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let Some(left) = self.steps.checked_sub(1) else { return Ok(false) };
        self.steps = left;
        write_with(self.database, async |tx| {
            self.lease.renew(tx, (self.clock)()).await?;
            work(tx).await
        })
        .await?;
        Ok(true)
    }
}

/// The only integer of the only row; 0 if there is none.
pub(super) fn integer(rows: &[Row]) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(None), SoleColumn::optional_integer).map(Option::unwrap_or_default)
}
