//! Fills the tables and columns that steps of the schema have created.

use crate::database::Transaction;
use crate::{StoreError, facets, fragments, listing, overlaps, registrations, revisions::steps, search, transparency};

/// The step after which fragments get their digests.
const DIGESTS: i64 = 5;

/// The step that adds the columns of lists.
const LISTS: i64 = 6;

/// The step after which fragments are split into pieces.
const PIECES: i64 = 10;

/// The step after which the changes of every revision are written.
const CHANGES: i64 = 11;

/// The step after which the statuses and tags of the published revision are counted.
const FACETS: i64 = 13;

/// The step after which everything published is to be compared.
const OVERLAPS: i64 = 15;

/// The step after which the index of the search is rebuilt, since entries have more terms.
const TERMS: i64 = 17;

/// The step after which every registration gets the file that its URL names.
const FILES: i64 = 21;

/// The step after which the log begins.
const LOG: i64 = 29;

/// Fills what steps after `found` have created, from what is registered and published. Reading that needs the newest schema, so all steps come first.
pub(super) async fn fill_last(tx: &mut impl Transaction, found: i64) -> Result<(), StoreError> {
    if found < LISTS {
        listing::fill(tx).await?;
    }
    if found < CHANGES {
        steps::fill(tx).await?;
    }
    if found < TERMS {
        search::set_up(tx).await?;
    }
    if found < FACETS {
        facets::fill(tx).await?;
    }
    if found < OVERLAPS {
        overlaps::fill(tx).await?;
    }
    Ok(())
}

/// Fills what a step has just created.
pub(super) async fn fill(tx: &mut impl Transaction, version: i64) -> Result<(), StoreError> {
    if version == DIGESTS {
        fragments::set_up(tx).await?;
    }
    if version == PIECES {
        fragments::cut_up(tx).await?;
    }
    if version == FILES {
        registrations::fill_files(tx).await?;
    }
    if version == LOG {
        transparency::set_up(tx).await?;
    }
    Ok(())
}
