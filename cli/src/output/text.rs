//! Text output, built from pieces that are escaped individually.

use super::Tone;
use super::escape::escape;
use comfy_table::{ContentArrangement, Table, presets};

/// A cell of a table.
#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A cell in the colour of `tone`.
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.to_string(), tone: Tone::Plain }
    }
}

/// Text for standard output.
#[derive(Debug)]
pub(crate) struct Text {
    pub(super) buffer: String,
    pub(super) colour: bool,
}

impl Text {
    pub(super) fn new(colour: bool) -> Self {
        Self { buffer: String::new(), colour }
    }

    pub(super) fn finish(self) -> String {
        self.buffer
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        self.buffer.push_str(&escape(line.as_ref()));
        self.buffer.push('\n');
    }

    /// Adds a line that starts with a word in the colour of `tone`.
    pub(crate) fn headed(&mut self, word: &str, tone: Tone, rest: impl AsRef<str>) {
        self.buffer.push_str(&tone.paint(&escape(word), self.colour));
        self.buffer.push_str("  ");
        self.line(rest);
    }

    /// Adds lines of `name  value` with aligned values. Missing values are omitted.
    pub(crate) fn fields<const N: usize>(&mut self, fields: [(&str, Option<Cell>); N]) {
        let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in fields {
            let Some(value) = value else { continue };
            let value = value.tone.paint(&escape(&value.text), self.colour && value.tone != Tone::Plain);
            self.buffer.push_str(&format!("{name:width$}  {value}\n"));
        }
    }

    /// Adds a table without borders, as wide as its contents.
    pub(crate) fn table<const N: usize>(&mut self, header: [&str; N], rows: impl IntoIterator<Item = [Cell; N]>) {
        let rows: Vec<[Cell; N]> = rows.into_iter().collect();
        // A column is painted as a whole or not at all: see `Tone::paint`.
        let mut painted = [false; N];
        for row in &rows {
            for (painted, cell) in painted.iter_mut().zip(row) {
                *painted |= self.colour && cell.tone != Tone::Plain;
            }
        }
        let paint = |(cell, painted): (Cell, bool)| cell.tone.paint(&escape(&cell.text), painted);
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(header.into_iter().map(Cell::from).zip(painted).map(paint));
        for row in rows {
            table.add_row(row.into_iter().zip(painted).map(paint));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for line in table.lines() {
            self.buffer.push_str(line.trim_end());
            self.buffer.push('\n');
        }
    }
}
