//! What a refresh covers.

use federation::fetch::HostPauses;
use federation::provenance::Provenance;
use federation::time::Seconds;
use store::database::{Database, read_with};
use store::sources::{self, Source};
use store::{StoreError, quiet};

/// The sources that a refresh covers.
#[derive(Clone, Debug)]
pub enum Scope {
    /// The sources that are due; the report includes the others too.
    Due,
    /// The sources that are due; the report includes only these.
    DueAlone,
    /// All enabled sources, due or not.
    All,
    /// One source, due or not.
    One(String),
    /// One source at the request of a client or a forge: fetched without validators, whatever happened before.
    Requested(String),
    /// One source at a commit that a client names, whatever happened before.
    Pushed(String, Commit),
}

/// The commit at which a source is fetched.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The address of its index there.
    pub url: String,
    /// Which commit it is.
    pub provenance: Provenance,
}

/// The sources that a refresh may fetch, and the hosts that asked the hub to back off.
pub(super) async fn candidates(
    database: &impl Database,
    scope: &Scope,
    now: Seconds,
) -> Result<(Vec<Source>, HostPauses), StoreError> {
    read_with(database, async |tx| {
        let sources = match scope {
            Scope::One(repo) | Scope::Requested(repo) | Scope::Pushed(repo, _) => {
                // A source that came through an upstream is fetched from there.
                sources::get(tx, repo).await?.into_iter().filter(|it| it.registered.upstream().is_none()).collect()
            }
            Scope::DueAlone => sources::due(tx, now).await?,
            Scope::Due | Scope::All => sources::all(tx).await?,
        };
        Ok((sources, quiet::hosts(tx).await?))
    })
    .await
}
