//! What one transaction changes in the name of a catalogue.

use federation::compose::SourceLine;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is to be published, and recorded.
#[derive(Default)]
pub(super) struct Changes {
    /// What the repos contribute now.
    pub(super) lines: BTreeMap<String, Option<SourceLine>>,
    /// Action, repo, and the states before and after.
    pub(super) events: Vec<(&'static str, String, Value, Value)>,
}
