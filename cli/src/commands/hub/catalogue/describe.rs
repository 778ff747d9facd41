//! A catalogue as text.

use crate::commands::hub::words::why;
use crate::output::{Cell, Text};
use api::catalogues::Catalogue;

/// Writes all details of a catalogue.
pub(super) fn describe(text: &mut Text, catalogue: &Catalogue) {
    let (definition, status) = (&catalogue.definition, &catalogue.status);
    let optional = |value: &Option<String>| value.as_deref().map(Cell::from);
    let others = &status.others;
    text.fields([
        ("name", Some((&definition.name).into())),
        ("kind", Some(definition.kind.as_str().into())),
        ("url", Some((&definition.url).into())),
        ("domain", Some((&definition.domain).into())),
        ("prefix", Some((&definition.prefix).into()).filter(|_| !definition.prefix.is_empty())),
        ("path", Some((&definition.path).into())),
        ("cache ttl", Some(format!("{} s", definition.cache_ttl_seconds).into())),
        ("state", Some(status.state.as_str().into())),
        ("reason", why(&status.reason, &status.message).map(Cell::from)),
        ("failing since", optional(&status.failing_since)),
        ("registered", Some(status.registered.into())),
        ("waiting", Some(others.waiting.into())),
        ("without index", Some(others.no_index.into())),
        ("archived", Some(others.archived.into())),
        ("private", Some(others.private.into())),
        ("empty", Some(others.empty.into())),
        ("forks", Some(others.fork.into())),
        ("skipped", Some(others.skipped.into())),
        ("listed at", optional(&status.listed_at)),
        ("next listing", optional(&status.next_listing_at)),
        ("created at", Some((&catalogue.created_at).into())),
        ("created by", Some((&catalogue.created_by).into())),
        ("updated at", Some((&catalogue.updated_at).into())),
    ]);
    for skipped in &status.skipped {
        text.line(format!("  skipped {} ({})", skipped.name, skipped.reason.as_str()));
    }
}
