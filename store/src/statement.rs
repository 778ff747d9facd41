//! Builds SQL statements.

use crate::database::Value;

/// SQL text with placeholders, which are numbered in the order of writing.
#[derive(Default)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
}

impl Statement {
    /// Adds a value and returns its placeholder, to be written next.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.parameters.push(value.into());
        format!("${}", self.parameters.len())
    }

    /// Adds the values of a list and returns its placeholders, to be written next. The last value is repeated up to a power of two, so that
    /// a host which keeps prepared statements meets the same text again.
    pub(super) fn bind_list(&mut self, values: &[String]) -> String {
        let last = values.last().into_iter().cycle();
        let padded = values.iter().chain(last).take(values.len().next_power_of_two());
        padded.map(|value| self.bind(value.as_str())).collect::<Vec<_>>().join(", ")
    }

    /// Adds a pattern that matches texts containing `text`, and returns its placeholder, to be
    /// written next, before `ESCAPE '!'`.
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

    /// Appends rows of values: `($1, $2), ($3, $4)`.
    pub(super) fn push_rows<V: Into<Value>, R: IntoIterator<Item = V>>(&mut self, rows: impl IntoIterator<Item = R>) {
        for (at, row) in rows.into_iter().enumerate() {
            let row: Vec<String> = row.into_iter().map(|value| self.bind(value)).collect();
            self.push(&format!("{}({})", if at == 0 { "" } else { ", " }, row.join(", ")));
        }
    }

    /// Appends SQL text.
    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }
}
