//! A statement in the making.

use crate::ports::Value;

/// Text with placeholders that are numbered as they are written.
#[derive(Default)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
}

impl Statement {
    /// A new placeholder for a value, to be written next.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.parameters.push(value.into());
        format!("${}", self.parameters.len())
    }

    /// Writes on.
    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}
