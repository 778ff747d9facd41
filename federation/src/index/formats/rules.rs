//! What the formats have in common: a schema, a known version, and not too many parts.

use super::super::rules::too_many;
use super::node::Node;
use crate::excerpt::json_excerpt;
use crate::findings::{Finding, Findings};
use crate::limits::MAX_DIAGNOSTICS;
use crate::problem::indexes;
use crate::schema::{self, Schema};

/// Adds the violations of a schema in a part of the file.
pub(super) fn check<'v>(schema: Schema, node: &Node<'v>, found: &mut Findings<'v>) {
    found.add_violations(schema::findings_at(schema, node.value, &node.path, MAX_DIAGNOSTICS));
}

/// Refuses more parts of a file than an index has capabilities.
pub(super) fn refuses<'v>(count: usize, list: &Node<'v>, found: &mut Findings<'v>) -> bool {
    too_many(count, list.path.clone()).map(|finding| found.add(finding)).is_some()
}

/// Refuses a version that is not known here.
pub(super) fn unknown_version<'v>(at: &Node<'v>, known: &str, found: &mut Findings<'v>) {
    let message = format!("version {} is not supported: use {known}", json_excerpt(at.value));
    found.add(Finding::error(&indexes::UNKNOWN_VERSION, at.path.clone(), message));
}
