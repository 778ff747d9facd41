//! The line that a finding is about, so that people see what is meant without having the document.

use std::collections::{BTreeSet, HashMap};
use std::iter;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::diagnostic::{Diagnostic, is_hostile};

/// How much of a line is shown, in characters, and how much of that stands before the place.
const WIDTH: usize = 100;
const BEFORE: usize = 60;

/// Part of one line of a document, fit to be shown anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Snippet {
    /// At most 100 characters of the line, with `…` where it is cut. Characters that control a terminal or reorder text stand as
    /// Rust escapes, such as `\u{1b}`.
    pub text: String,
    /// Where in `text` the finding is, in characters from 1; one more than there are if it is at the end of the line.
    pub column: u64,
}

impl Snippet {
    /// The text before the place, the character at it (empty at the end of the line), and the text after it.
    pub fn around(&self) -> (&str, &str, &str) {
        let start = |skip: usize| self.text.char_indices().nth(skip).map_or(self.text.len(), |(at, _)| at);
        let at = usize::try_from(self.column.saturating_sub(1)).unwrap_or(usize::MAX);
        let (from, to) = (start(at), start(at.saturating_add(1)));
        (&self.text[..from], &self.text[from..to], &self.text[to..])
    }

    fn of(line: &str, column: u64) -> Self {
        let line: Vec<char> = line.chars().collect();
        let at = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX).min(line.len());
        let from = at.saturating_sub(BEFORE);
        let to = (from + WIDTH).min(line.len());
        let mut text = String::new();
        let mut place = 1;
        if from > 0 {
            text.push('…');
            place += 1;
        }
        for (i, c) in line.iter().enumerate().take(to).skip(from) {
            let before = text.len();
            if is_hostile(*c) {
                text.extend(c.escape_default())
            } else {
                text.push(*c)
            }
            if i < at {
                place += text[before..].chars().count() as u64;
            }
        }
        if to < line.len() {
            text.push('…');
        }
        Self { text, column: place }
    }
}

/// Gives every finding that has a place its line of the document.
pub(crate) fn attach(document: &[u8], diagnostics: &mut [Diagnostic]) {
    let wanted: BTreeSet<u64> = diagnostics.iter().filter_map(|found| found.line).collect();
    let Some(last) = wanted.last() else { return };
    let text = String::from_utf8_lossy(document);
    let lines: HashMap<u64, &str> =
        (1..=*last).zip(lines(&text)).filter(|(number, _)| wanted.contains(number)).collect();
    for found in diagnostics {
        let line = found.line.and_then(|number| lines.get(&number));
        found.snippet = line.map(|line| Snippet::of(line, found.column.unwrap_or(1)));
    }
}

/// The lines as YAML counts them: LF, CR, and CR LF as one.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\n', '\r']) else { return rest.take() };
        let (line, after) = text.split_at(end);
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..));
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet(document: &str, line: u64, column: u64) -> Option<Snippet> {
        let found = Diagnostic { line: Some(line), column: Some(column), ..Diagnostic::error("x", "", "y") };
        let mut found = [found];
        attach(document.as_bytes(), &mut found);
        found[0].snippet.clone()
    }

    #[test]
    fn lines_are_counted_as_yaml_does() {
        for document in ["a: 1\r\nb: 7\r\n", "a: 1\rb: 7\r", "a: 1\nb: 7"] {
            assert_eq!(snippet(document, 2, 4), Some(Snippet { text: "b: 7".into(), column: 4 }));
        }
        assert_eq!(snippet("a\r", 2, 1), Some(Snippet { text: String::new(), column: 1 }));
        assert_eq!(snippet("ab", 7, 1), None);
    }

    #[test]
    fn escapes_move_the_place() {
        let found = snippet("\tb\u{1b}\u{202e}: é", 1, 6).unwrap();
        assert_eq!(found, Snippet { text: "\\tb\\u{1b}\\u{202e}: é".into(), column: 19 });
        assert_eq!(found.around(), ("\\tb\\u{1b}\\u{202e}:", " ", "é"));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let found = snippet(&format!("{}X{}", "a".repeat(500_000), "b".repeat(500_000)), 1, 500_001).unwrap();
        assert_eq!(found.text, format!("…{}X{}…", "a".repeat(60), "b".repeat(39)));
        assert_eq!(found.around().1, "X");
    }

    #[test]
    fn a_place_after_the_end_is_at_the_end() {
        let found = snippet("é", 1, 9).unwrap();
        assert_eq!((found.column, found.around()), (2, ("é", "", "")));
        assert_eq!(snippet("", 1, 1), Some(Snippet { text: String::new(), column: 1 }));
    }

    #[test]
    fn bytes_that_are_no_text_have_a_line_too() {
        let mut found = [Diagnostic { line: Some(2), column: Some(1), ..Diagnostic::error("invalid-utf8", "", "y") }];
        attach(b"a: 1\n\xff: 2\n", &mut found);
        assert_eq!(found[0].snippet, Some(Snippet { text: "\u{fffd}: 2".into(), column: 1 }));
    }
}
