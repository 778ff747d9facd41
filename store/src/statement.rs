//! A statement in the making.

use crate::database::Value;

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

    /// A new placeholder for the pattern of what contains this text, to be written next in front of `ESCAPE '!'`.
    pub(super) fn bind_contains(&mut self, text: &str) -> String {
        let mut pattern = "%".to_owned();
        for c in text.chars() {
            if matches!(c, '%' | '_' | '!') {
                pattern.push('!');
            }
            pattern.push(c);
        }
        pattern.push('%');
        self.bind(pattern)
    }

    /// Writes on.
    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}
