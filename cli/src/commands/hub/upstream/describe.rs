//! An upstream as text.

use crate::commands::hub::words::why;
use crate::output::{Cell, Text};
use api::upstreams::Upstream;

/// Writes all details of an upstream.
pub(super) fn describe(text: &mut Text, upstream: &Upstream) {
    let status = &upstream.status;
    let optional = |value: &Option<String>| value.as_deref().map(Cell::from);
    text.fields([
        ("name", Some((&upstream.name).into())),
        ("url", Some((&upstream.url).into())),
        ("transitive", Some(if upstream.transitive { "yes" } else { "no" }.into())),
        ("state", Some(status.state.as_str().into())),
        ("reason", why(&status.reason, &status.message).map(Cell::from)),
        ("failing since", optional(&status.failing_since)),
        ("revision", status.revision.map(Cell::from)),
        ("digest", status.digest.as_ref().map(Cell::from)),
        ("offered", Some(status.offered.into())),
        ("published", Some(status.published.into())),
        ("conflicts", Some(status.conflicts.total.into())),
        ("refused", Some(status.refused.total.into())),
        ("current at", optional(&status.current_at)),
        ("next attempt", optional(&status.next_attempt_at)),
        ("created at", Some((&upstream.created_at).into())),
        ("created by", Some((&upstream.created_by).into())),
        ("updated at", Some((&upstream.updated_at).into())),
    ]);
    for conflict in &status.conflicts.listed {
        let winner = conflict.upstream.as_deref().unwrap_or("this hub");
        text.line(format!("  conflict {}: published from {winner}", conflict.repo));
    }
    for refused in &status.refused.listed {
        text.line(format!("  refused {} ({})", refused.repo, refused.reason));
    }
}
