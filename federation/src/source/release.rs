//! Accepting what the guard holds, by hand.

use super::{Accepted, SourceRecord};
use crate::digest::Digest;

/// Why nothing was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReleased {
    /// Nothing is held, or only what came from a URL that was given up.
    Nothing,
    /// Another snapshot is held than the one that was meant.
    Another,
}

impl SourceRecord {
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
