//! A registration as the hub answers it.

use federation::snippet::Snippet;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The states of a source, in the order in which people are told of them.
pub(crate) const STATES: [&str; 6] = ["pending", "fresh", "stale", "held", "failed", "disabled"];

/// A repo's record on the hub. Unknown fields are ignored, so that an older client reads a newer hub.
#[derive(Debug, Deserialize)]
pub(crate) struct Registration {
    pub(crate) repo: String,
    pub(crate) url: String,
    pub(crate) domain: String,
    pub(crate) enabled: bool,
    pub(crate) required: bool,
    pub(crate) cache_ttl_seconds: u64,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) registered_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    pub(crate) registered_by: Option<String>,
    pub(crate) status: Status,
}

/// What a maintainer says about a repo, of a registration as the hub answers it.
pub(crate) fn input(registration: &Value) -> Value {
    const FIELDS: [&str; 7] = ["repo", "url", "domain", "enabled", "required", "cache_ttl_seconds", "description"];
    let given = FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), registration.get(name)?.clone())));
    given.collect::<Map<String, Value>>().into()
}

/// How the source of a registration stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Status {
    /// One of [`STATES`], unless the hub is newer.
    pub(crate) state: String,
    /// A stable code for why the state is what it is.
    pub(crate) reason: Option<String>,
    /// The same for people.
    pub(crate) message: Option<String>,
    pub(crate) failing_since: Option<String>,
    pub(crate) verified_at: Option<String>,
    pub(crate) last_attempt_at: Option<String>,
    pub(crate) next_check_at: Option<String>,
    /// The digest of the accepted snapshot.
    pub(crate) index_digest: Option<String>,
    pub(crate) capability_count: Option<u64>,
    /// The digest of the snapshot that waits for release.
    pub(crate) held_digest: Option<String>,
    #[serde(default)]
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One finding about an index.
#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic {
    code: String,
    pointer: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    snippet: Option<Snippet>,
    message: String,
}

impl Status {
    /// What readers get from this source now.
    pub(crate) fn meanwhile(&self) -> String {
        match (&self.index_digest, &self.verified_at) {
            _ if self.state == "disabled" => "contributes nothing".to_owned(),
            (Some(_), Some(when)) => format!("readers see the accepted snapshot of {when}"),
            (Some(_), None) => "readers see the accepted snapshot".to_owned(),
            (None, _) => "contributes nothing".to_owned(),
        }
    }

    /// The reason and its message in one line, as far as there are any.
    pub(crate) fn why(&self) -> Option<String> {
        why(self.reason.as_deref(), self.message.as_deref())
    }
}

/// `reason: message`, or the one of them that there is.
pub(super) fn why(reason: Option<&str>, message: Option<&str>) -> Option<String> {
    match (reason, message) {
        (Some(reason), Some(message)) => Some(format!("{reason}: {message}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

impl Diagnostic {
    /// `line:column code at pointer: message`, as far as they are known.
    pub(crate) fn line(&self) -> String {
        let place = match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{line}:{column} "),
            (Some(line), None) => format!("{line} "),
            _ => String::new(),
        };
        let pointer = self.pointer.as_deref().filter(|pointer| !pointer.is_empty());
        let pointer = pointer.map(|pointer| format!(" at {pointer}")).unwrap_or_default();
        format!("{place}{}{pointer}: {}", self.code, self.message)
    }
    /// The line of the index that is meant, and below it a mark at the place; nothing if the hub does not say.
    pub(crate) fn snippet(&self) -> Vec<String> {
        let Some(snippet) = &self.snippet else { return Vec::new() };
        let indent = snippet.around().0.chars().count();
        vec![format!("| {}", snippet.text), format!("| {:indent$}^", "")]
    }
}
