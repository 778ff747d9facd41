//! What the content of the database requires of a program, beyond what its schema says.

use crate::StoreError;
use crate::database::Transaction;

/// The step that adds the hubs that a line came through.
pub(super) const VIA: i64 = 30;

/// The step that adds upstreams.
pub(super) const UPSTREAMS: i64 = 31;

/// Records that from now on the content of the database requires a program of this version, which its schema alone did not.
pub(super) async fn version(tx: &mut impl Transaction, version: i64) -> Result<(), StoreError> {
    let sql = "UPDATE migrations SET readable_from = version WHERE version = $1 AND readable_from < version";
    tx.query(sql, vec![version.into()]).await?;
    Ok(())
}
