//! What a revision changes.

use federation::compose::SourceLine;

/// The change of a revision to one source.
pub enum Change {
    /// Adds the source or replaces its line.
    Put(SourceLine),
    /// Removes the source.
    Remove(String),
}

impl Change {
    /// The source.
    pub fn repo(&self) -> &str {
        match self {
            Self::Put(line) => &line.repo,
            Self::Remove(repo) => repo,
        }
    }
}
