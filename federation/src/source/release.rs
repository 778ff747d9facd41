//! Accepting what the guard holds, by hand.

use super::{Accepted, Held, SourceRecord};
use crate::digest::Digest;
use crate::time::Seconds;

/// Why nothing was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReleased {
    /// Nothing is held, or only what came from a URL that was given up.
    Nothing,
    /// Another snapshot is held than the one that was meant.
    Another,
}

impl SourceRecord {
    /// Puts back what was accepted before, and holds what was just accepted: the federation has no room for it.
    pub fn keep_back(&mut self, before: Option<Accepted>, held_before: Option<Held>, now: Seconds) {
        let Some(Accepted { digest, url, capability_count }) = std::mem::replace(&mut self.accepted, before) else {
            return;
        };
        let since = held_before.filter(|held| held.digest == digest).map_or(now, |held| held.since);
        self.held = Some(Held { digest, url, capability_count, since, full: true });
    }

    /// Accepts the snapshot that is held of `url`; if a digest is given, that one or none.
    ///
    /// # Errors
    /// When there is no such snapshot. Nothing has changed then.
    pub fn release(&mut self, url: &str, digest: Option<&Digest>) -> Result<(), NotReleased> {
        let held = self.held.as_ref().filter(|held| held.url == url).ok_or(NotReleased::Nothing)?;
        if digest.is_some_and(|digest| *digest != held.digest) {
            return Err(NotReleased::Another);
        }
        let (digest, url) = (held.digest.clone(), held.url.clone());
        self.accepted = Some(Accepted { digest, url, capability_count: held.capability_count });
        self.held = None;
        Ok(())
    }
}
