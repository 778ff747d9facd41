//! Manual release of a held snapshot.

use super::{Accepted, Held, SourceRecord};
use crate::digest::Digest;
use crate::time::Seconds;

/// Why nothing was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReleased {
    /// Nothing is held, or only a snapshot from a former URL.
    Nothing,
    /// The held snapshot is not the requested one.
    Another,
}

impl SourceRecord {
    /// Restores the previously accepted snapshot and holds the new one: the federation has no room for it.
    pub fn keep_back(&mut self, before: Option<Accepted>, held_before: Option<Held>, now: Seconds) {
        let Some(Accepted { digest, url, capability_count, .. }) = std::mem::replace(&mut self.accepted, before) else {
            return;
        };
        let since = held_before.filter(|held| held.digest == digest).map_or(now, |held| held.since);
        self.held = Some(Held { digest, url, capability_count, since, full: true });
    }

    /// Accepts the held snapshot of `url`; with a digest, only if it matches.
    ///
    /// # Errors
    /// If there is no such snapshot. The record is then unchanged.
    pub fn release(&mut self, url: &str, digest: Option<&Digest>) -> Result<(), NotReleased> {
        let held = self.held.clone().filter(|held| held.url == url).ok_or(NotReleased::Nothing)?;
        if digest.is_some_and(|digest| *digest != held.digest) {
            return Err(NotReleased::Another);
        }
        self.accepted = Some(held.into());
        self.held = None;
        Ok(())
    }
}
