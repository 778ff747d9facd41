//! The version of a database.

/// While the version stays the same, repeated reads return the same data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    /// Raised when the generation may start again, because the database was replaced.
    pub(crate) epoch: u64,
    /// Raised by each commit.
    pub(crate) generation: u64,
}
