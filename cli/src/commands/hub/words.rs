//! The hub's information about a source, as text.

use api::Open;
use api::check::CheckEffect;
use api::events::Event;
use api::refresh::Outcome;
use api::repos::Status;
use federation::diagnostic::Diagnostic;
use federation::problem::Code;
use federation::source::State;
use serde_json::Value;

/// `reason: message`, or only one of them if the other is missing.
pub(crate) fn why(reason: &Option<Code>, message: &Option<String>) -> Option<String> {
    match (reason, message) {
        (Some(reason), Some(message)) => Some(format!("{reason}: {message}")),
        (Some(reason), None) => Some(reason.to_string()),
        (None, message) => message.clone(),
    }
}

/// What a refresh would do with an index that was checked.
pub(super) fn consequence(would: &CheckEffect) -> String {
    match &would.outcome {
        Open::Known(Outcome::Accepted) => "would publish it".to_owned(),
        Open::Known(Outcome::Unchanged) => "would change nothing".to_owned(),
        Open::Known(Outcome::Held) => "would hold it back: it lost most of its capabilities".to_owned(),
        Open::Known(Outcome::Failed) => "would fail; readers keep the accepted snapshot, if there is one".to_owned(),
        other => format!("would have the outcome {other}"),
    }
}

/// What readers currently get from a source.
pub(super) fn meanwhile(status: &Status<'_>) -> String {
    match (&status.index_digest, &status.verified_at) {
        _ if status.state.is(State::Disabled) => "contributes nothing".to_owned(),
        (Some(_), Some(when)) => format!("readers see the accepted snapshot of {when}"),
        (Some(_), None) => "readers see the accepted snapshot".to_owned(),
        (None, _) => "contributes nothing".to_owned(),
    }
}

/// `line:column code at pointer: message`, without the parts that are unknown.
pub(super) fn finding(found: &Diagnostic) -> String {
    let place = match (found.line, found.column) {
        (Some(line), Some(column)) => format!("{line}:{column} "),
        (Some(line), None) => format!("{line} "),
        _ => String::new(),
    };
    let pointer = Some(&found.pointer).filter(|pointer| !pointer.is_empty());
    let pointer = pointer.map(|pointer| format!(" at {pointer}")).unwrap_or_default();
    format!("{place}{}{pointer}: {}", found.code, found.message)
}

/// The line of the index, with a mark below the place; empty if the hub did not send it.
pub(super) fn snippet(found: &Diagnostic) -> Vec<String> {
    let Some(snippet) = &found.snippet else { return Vec::new() };
    let indent = snippet.around().0.chars().count();
    vec![format!("| {}", snippet.text), format!("| {:indent$}^", "")]
}

/// The changes of an event as `name: before -> after`, one per field.
pub(super) fn changes(event: &Event) -> Vec<String> {
    let (Some(before), Some(after)) = (event.before.as_object(), event.after.as_object()) else { return Vec::new() };
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    changed.map(|(name, value)| format!("{name}: {} -> {value}", before.get(name).unwrap_or(&Value::Null))).collect()
}
