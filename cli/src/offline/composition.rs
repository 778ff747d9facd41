//! Composes the document from snapshots.

use super::{Lock, Locked};
use crate::exit::Exit;
use crate::failure::Failure;
use federation::compose::{Document, Filter, Format, Fragment, conflicts};
use federation::index;
use std::collections::BTreeMap;

/// One source of a document, rendered.
#[derive(Debug)]
pub(crate) struct Contribution {
    pub(crate) source: Locked,
    fragment: Fragment,
}

impl Contribution {
    /// Renders what the snapshot `bytes` contributes as `source`; fails if the snapshot does not match `source`.
    pub(crate) fn new(source: Locked, bytes: &[u8]) -> Result<Self, String> {
        let verdict = index::check(bytes);
        let index = verdict.index.ok_or_else(|| match verdict.diagnostics.iter().find(|found| found.is_error()) {
            Some(found) => format!("its snapshot is not valid: {found}"),
            None => "its snapshot is not valid".to_owned(),
        })?;
        let count = index.capabilities.len();
        if count != source.capability_count {
            return Err(format!("its snapshot has {count} capabilities instead of {}", source.capability_count));
        }
        let fragment = Fragment::render(&source.repo, &source.domain, &index).map_err(|error| error.to_string())?;
        Ok(Self { source, fragment })
    }
}

/// A composed document.
#[derive(Debug)]
pub(crate) struct Composition {
    document: Document,
    fragments: Vec<Fragment>,
}

impl Composition {
    /// Composes `lock`, which is already filtered by `filter`; `contributions` are its sources, in its order.
    pub(crate) fn new(lock: &Lock, filter: Filter, contributions: Vec<Contribution>) -> Self {
        let ids = contributions.iter().map(|it| (it.source.repo.as_str(), it.fragment.ids.iter().map(String::as_str)));
        let document = Document {
            revision: lock.revision,
            digest: lock.digest(),
            composed_at: lock.composed_at(),
            filter,
            conflicts: conflicts(ids),
            provenance: BTreeMap::new(),
            sources: lock.sources.iter().map(Locked::line).collect(),
        };
        Self { document, fragments: contributions.into_iter().map(|it| it.fragment).collect() }
    }

    /// The head of the document.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// How many capabilities the document has.
    pub(crate) fn capability_count(&self) -> usize {
        self.fragments.iter().map(|fragment| fragment.ids.len()).sum()
    }

    /// Renders the document as the hub would serve it.
    pub(crate) fn render(&self, format: Format) -> Result<String, Failure> {
        let fragments = self.fragments.iter().map(|fragment| match format {
            Format::Yaml => fragment.yaml.as_str(),
            Format::Json => fragment.json.as_str(),
        });
        self.document.render(format, fragments).map_err(|error| {
            Failure::new(Exit::Refused, "the document cannot be written as YAML")
                .because([error.to_string()])
                .hint("use --format json")
        })
    }
}
