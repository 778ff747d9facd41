//! Which part of a revision a document shows.

use federation::compose::Filter;
use federation::provenance::Provenance;
use std::collections::BTreeMap;

/// Which part of a revision a document shows; by default all sources, and no commits.
#[derive(Clone, Default)]
pub struct Selection {
    /// The sources.
    pub filter: Filter,
    /// Their commits, if the client asks for them.
    pub provenance: Option<BTreeMap<String, Provenance>>,
}

impl Selection {
    /// Whether this is the default document.
    pub(super) fn is_plain(&self) -> bool {
        self.filter.is_whole() && self.provenance.as_ref().is_none_or(BTreeMap::is_empty)
    }
}

impl From<Filter> for Selection {
    fn from(filter: Filter) -> Self {
        Self { filter, provenance: None }
    }
}
