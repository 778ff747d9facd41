//! Finds schema violations piece by piece.
//!
//! The validator quickly decides whether a value is valid. But to explain errors, it builds all of them before it
//! returns the first: a list of a million invalid items would fill the memory. So lists are split off here. Each piece
//! is checked without the items of its lists, then item by item, until enough errors are found.

use super::collected::Collected;
use super::compile::{CompileError, compile_part, compile_shell, uri};
use super::kind::{Schema, document};
use super::message;
use crate::path::{Path, Step};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// A value whose lists are checked separately.
pub(super) struct Piece {
    shell: Validator,
    lists: Vec<List>,
    is_registration: bool,
}

struct List {
    /// The field names on the way to the list.
    fields: Vec<&'static str>,
    /// Validates an item with all its content.
    items: Validator,
    piece: Piece,
}

/// A part of a schema, and its URI.
#[derive(Clone, Copy)]
struct Part<'p> {
    schema: Schema,
    pointer: &'p str,
    value: &'static Value,
}

impl Piece {
    pub(super) fn of(schema: Schema) -> Result<Self, CompileError> {
        let value = document(schema).ok_or(CompileError::Text)?;
        Self::of_part(Part { schema, pointer: "", value })
    }

    fn of_part(part: Part<'_>) -> Result<Self, CompileError> {
        let mut lists = Vec::new();
        find_lists(part, &[], &mut lists)?;
        let refers = || part.value.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_suffix('#'));
        let is_registration = part.reference() == format!("{}#", uri(Schema::HubRegistration))
            || refers() == Some(Schema::HubRegistration.name());
        Ok(Self { shell: compile_shell(&part.reference())?, lists, is_registration })
    }

    /// Adds the violations of an invalid `value`, which is at `path`.
    pub(super) fn check<'v>(&self, value: &'v Value, path: &Path<'v>, collected: &mut Collected<'v>) {
        for error in self.shell.iter_errors(value).filter(|error| !self.is_said_better(error)) {
            message::describe(&error, value, path, collected);
        }
        for list in &self.lists {
            let (mut items, mut path) = (value, path.clone());
            for field in &list.fields {
                path = path.below(items, &format!("/{field}"));
                items = items.get(field).unwrap_or(&Value::Null);
            }
            for (place, item) in items.as_array().into_iter().flatten().enumerate() {
                if list.items.is_valid(item) {
                    continue;
                }
                if collected.is_enough() {
                    collected.stop();
                    return;
                }
                path.push(Step::Item(place));
                list.piece.check(item, &path, collected);
                path.pop();
            }
        }
    }

    /// A registration must have `url` and must not have `index`, so the error that a source
    /// needs one of the two adds nothing.
    fn is_said_better(&self, error: &ValidationError<'_>) -> bool {
        self.is_registration
            && error.instance_path().as_str().is_empty()
            && matches!(error.kind().keyword(), "anyOf" | "not")
    }
}

impl Part<'_> {
    fn reference(self) -> String {
        format!("{}#{}", uri(self.schema), self.pointer)
    }
}

/// Adds the lists among the fields of a value, and among their fields in turn.
fn find_lists(part: Part<'_>, above: &[&'static str], lists: &mut Vec<List>) -> Result<(), CompileError> {
    if let Some(reference) = part.value.get("$ref").and_then(Value::as_str) {
        let (file, pointer) = reference.split_once('#').ok_or(CompileError::Text)?;
        let schema = if file.is_empty() { Some(part.schema) } else { Schema::from_name(file) };
        let schema = schema.ok_or(CompileError::Text)?;
        let value = document(schema).and_then(|whole| whole.pointer(pointer)).ok_or(CompileError::Text)?;
        find_lists(Part { schema, pointer, value }, above, lists)?;
    }
    if let Some(items) = part.value.get("items") {
        let pointer = format!("{}/items", part.pointer);
        let items = Part { schema: part.schema, pointer: &pointer, value: items };
        lists.push(List {
            fields: above.to_vec(),
            items: compile_part(&items.reference())?,
            piece: Piece::of_part(items)?,
        });
    }
    for (name, value) in part.value.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let pointer = format!("{}/properties/{name}", part.pointer);
        let above = [above, &[name.as_str()]].concat();
        find_lists(Part { schema: part.schema, pointer: &pointer, value }, &above, lists)?;
    }
    Ok(())
}
