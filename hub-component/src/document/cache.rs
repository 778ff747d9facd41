//! What an instance keeps of the documents it rendered.

use super::Rendered;
use crate::store::revisions::Revision;
use federation::compose::{Filter, Format};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What makes the bytes of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub revision: Option<Revision>,
    pub filter: Filter,
    pub format: Format,
}

/// Rendered documents. Every use checks the revision against the database.
#[derive(Default)]
pub struct Documents(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The newest whole document in each format, however large.
    newest: HashMap<Format, (Key, Arc<Rendered>)>,
    /// Filtered and older ones, those used last at the front.
    others: Vec<(Key, Arc<Rendered>)>,
}

/// Most documents kept beside the newest …
const OTHERS: usize = 32;
/// … and the most bytes they have, uncompressed.
const OTHER_BYTES: usize = 4 << 20;

impl Documents {
    pub(super) fn get(&self, key: &Key) -> Option<Arc<Rendered>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rendered)) = kept.newest.get(&key.format).filter(|(other, _)| other == key) {
            return Some(rendered.clone());
        }
        let position = kept.others.iter().position(|(other, _)| other == key)?;
        kept.others.get_mut(..=position)?.rotate_right(1);
        kept.others.first().map(|(_, rendered)| rendered.clone())
    }

    /// Keeps a document of the newest revision.
    pub(super) fn keep_newest(&self, key: Key, rendered: &Arc<Rendered>) {
        if !key.filter.is_whole() {
            return self.keep(key, rendered);
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.newest.insert(key.format, (key, rendered.clone()));
    }

    /// Keeps any other document, as long as there is room.
    pub(super) fn keep(&self, key: Key, rendered: &Arc<Rendered>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.others.insert(0, (key, rendered.clone()));
        let mut bytes = 0;
        let fitting = kept.others.iter().take(OTHERS).take_while(|(_, rendered)| {
            bytes += rendered.size();
            bytes <= OTHER_BYTES
        });
        let fitting = fitting.count();
        kept.others.truncate(fitting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(number: u64) -> (Key, Arc<Rendered>) {
        let revision = Revision { number, digest: federation::compose::digest(&[]), composed_at: 0 };
        let key = Key { revision: Some(revision), filter: Filter::default(), format: Format::Json };
        let rendered = Rendered::new(&key, &[]).unwrap();
        (key, Arc::new(rendered))
    }

    #[test]
    fn keeps_the_newest_and_those_used_last() {
        let documents = Documents::default();
        let (newest, rendered) = document(100);
        documents.keep_newest(newest.clone(), &rendered);
        let (first, rendered) = document(1);
        documents.keep(first.clone(), &rendered);
        for number in 2..=OTHERS as u64 + 1 {
            assert!(documents.get(&first).is_some(), "used before {number}");
            let (key, rendered) = document(number);
            documents.keep(key, &rendered);
        }
        assert!(documents.get(&document(2).0).is_none(), "used longest ago");
        assert!(documents.get(&first).is_some());
        assert!(documents.get(&newest).is_some());
        let (next, rendered) = document(101);
        documents.keep_newest(next, &rendered);
        assert!(documents.get(&newest).is_none(), "no longer the newest");
    }
}
