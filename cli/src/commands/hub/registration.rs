//! A registration as text.

use crate::client::Registration;
use crate::output::{Cell, Text, Tone};

/// All there is to say about a registration, and its diagnostics.
pub(super) fn describe(text: &mut Text, registration: &Registration, etag: Option<&str>) {
    let status = &registration.status;
    let optional = |value: &Option<String>| value.as_deref().map(Cell::from);
    let description = Some(registration.description.as_str()).filter(|description| !description.is_empty());
    text.fields([
        ("repo", Some((&registration.repo).into())),
        ("url", Some((&registration.url).into())),
        ("domain", Some((&registration.domain).into())),
        ("description", description.map(Cell::from)),
        ("enabled", Some(registration.enabled.into())),
        ("required", Some(registration.required.into())),
        ("cache ttl", Some(format!("{} s", registration.cache_ttl_seconds).into())),
        ("state", Some(Cell::toned(&status.state, Tone::of_state(&status.state)))),
        ("reason", status.why().map(Cell::from)),
        ("failing since", optional(&status.failing_since)),
        ("readers", (status.state != "fresh").then(|| status.meanwhile().into())),
        ("capabilities", status.capability_count.map(Cell::from)),
        ("index digest", optional(&status.index_digest)),
        ("held digest", optional(&status.held_digest)),
        ("verified at", optional(&status.verified_at)),
        ("last attempt", optional(&status.last_attempt_at)),
        ("next check", optional(&status.next_check_at)),
        ("registered at", optional(&registration.registered_at)),
        ("registered by", optional(&registration.registered_by)),
        ("updated at", optional(&registration.updated_at)),
        ("etag", etag.map(Cell::from)),
    ]);
    if !status.diagnostics.is_empty() {
        text.line("diagnostics");
        for diagnostic in &status.diagnostics {
            text.line(format!("  {}", diagnostic.line()));
            diagnostic.snippet().iter().for_each(|line| text.line(format!("    {line}")));
        }
    }
}
