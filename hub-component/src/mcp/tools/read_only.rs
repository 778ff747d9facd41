//! The description of a tool for clients.

use super::schema;
use rmcp::model::{Tool, ToolAnnotations};
use std::sync::Arc;
use utoipa::ToSchema;

/// Describes a tool that only reads from this hub.
pub(super) fn read_only<Arguments: ToSchema, Output: ToSchema>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
) -> Tool {
    let annotations =
        ToolAnnotations::with_title(title).read_only(true).destructive(false).idempotent(true).open_world(false);
    Tool::new(name, description, Arc::new(schema::of::<Arguments>()))
        .with_title(title)
        .with_raw_output_schema(Arc::new(schema::of::<Output>()))
        .with_annotations(annotations)
}
