//! What a refresh covers.

use federation::provenance::Provenance;

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
