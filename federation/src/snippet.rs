//! The line of a finding, so that people see what is meant without the document.

use crate::bounded::Bounded;
use crate::excerpt::is_hostile;
use serde::{Deserialize, Serialize};
use std::iter;
use utoipa::ToSchema;

/// Characters of a line that are shown, and how many of them precede the position.
const MAX_CHARS: usize = 100;
const CHARS_BEFORE: usize = 60;

/// The longest snippet: all characters escaped, with a `…` at each end.
const SNIPPET_CHARS: usize = MAX_CHARS * "\\u{10ffff}".len() + 2;

/// Part of one line of a document, safe to display anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Snippet {
    /// At most 100 characters of the line, with `…` where it is cut. Characters that control a terminal or reorder text
    /// are shown as Rust escapes, such as `\u{1b}`.
    #[schema(value_type = String)]
    pub text: Bounded<SNIPPET_CHARS>,
    /// Position of the finding in `text`, in characters from 1; one past the last character
    /// if it is at the end of the line.
    pub column: u64,
}

impl Snippet {
    /// The text before the position, the character at it (empty at the end of the line), and the text after it.
    pub fn around(&self) -> (&str, &str, &str) {
        let start = |skip: usize| self.text.char_indices().nth(skip).map_or(self.text.len(), |(at, _)| at);
        let at = usize::try_from(self.column.saturating_sub(1)).unwrap_or(usize::MAX);
        let (from, to) = (start(at), start(at.saturating_add(1)));
        (&self.text[..from], &self.text[from..to], &self.text[to..])
    }

    /// The part of a line around the byte `at`.
    fn of(line: &str, at: usize) -> Self {
        let (before, after) = line.split_at(at);
        let from = before.char_indices().rev().take(CHARS_BEFORE).last().map_or(at, |(start, _)| start);
        let shown = before[from..].chars().count();
        let to = after.char_indices().nth(MAX_CHARS - shown).map_or(after.len(), |(end, _)| end);
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let start = format!("{}{}", cut(from > 0), visible(&before[from..]));
        let column = start.chars().count() as u64 + 1;
        let text = format!("{start}{}{}", visible(&after[..to]), cut(to < after.len()));
        Self { text: text.into(), column }
    }
}

fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// Fills the snippets of positions (line, column) of the document, in one walk through the text.
pub(crate) fn attach(document: &[u8], mut wanted: Vec<(u64, u64, &mut Option<Snippet>)>) {
    let text = String::from_utf8_lossy(document);
    wanted.sort_by_key(|(line, column, _)| (*line, *column));
    let mut lines = (1..).zip(lines(&text));
    let mut here = lines.next();
    // The walk's current column, and the byte at which it begins.
    let (mut column, mut byte) = (1, 0);
    for (line, at, snippet) in wanted {
        while here.is_some_and(|(number, _)| number < line) {
            here = lines.next();
            (column, byte) = (1, 0);
        }
        let Some((_, line)) = here else { return };
        for c in line[byte..].chars().take(usize::try_from(at - column).unwrap_or(usize::MAX)) {
            column += 1;
            byte += c.len_utf8();
        }
        *snippet = Some(Snippet::of(line, byte));
    }
}

/// The lines by YAML's rules: LF, CR and CR LF each end a line.
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
    use crate::diagnostic::{Diagnostic, attach_snippets};

    fn snippet(document: &str, line: u64, column: u64) -> Option<Snippet> {
        let found = Diagnostic {
            line: Some(line),
            column: Some(column),
            ..Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "", "y")
        };
        let mut found = [found];
        attach_snippets(document.as_bytes(), &mut found);
        found[0].snippet.clone()
    }

    #[test]
    fn lines_are_counted_as_yaml_does() {
        for document in ["a: 1\r\nb: 7\r\n", "a: 1\rb: 7\r", "a: 1\nb: 7"] {
            assert_eq!(snippet(document, 2, 4), Some(Snippet { text: "b: 7".into(), column: 4 }));
        }
        assert_eq!(snippet("a\r", 2, 1), Some(Snippet { text: "".into(), column: 1 }));
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
        assert_eq!(found.text, format!("…{}X{}…", "a".repeat(60), "b".repeat(39)).as_str());
        assert_eq!(found.around().1, "X");
    }

    #[test]
    fn a_place_after_the_end_is_at_the_end() {
        let found = snippet("é", 1, 9).unwrap();
        assert_eq!((found.column, found.around()), (2, ("é", "", "")));
        assert_eq!(snippet("", 1, 1), Some(Snippet { text: "".into(), column: 1 }));
    }

    #[test]
    fn findings_on_one_line_are_shown_whatever_their_order() {
        let line = format!("é{}", "ab".repeat(1_000));
        let at = |column| Diagnostic {
            line: Some(2),
            column: Some(column),
            ..Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "", "y")
        };
        let mut found =
            [at(1_003), at(1), at(1_002), at(3), Diagnostic::error(&crate::problem::indexes::SCHEMA_TYPE, "", "y")];
        attach_snippets(format!("\n{line}\n").as_bytes(), &mut found);
        let here = |found: &Diagnostic| found.snippet.as_ref().map(|it| it.around().1.to_owned());
        assert_eq!(
            found.each_ref().map(here),
            [Some("b"), Some("é"), Some("a"), Some("b"), None].map(|it| it.map(str::to_owned))
        );
    }

    #[test]
    fn a_line_of_nothing_but_escapes_is_short_too() {
        let found = snippet(&"\u{2066}".repeat(500), 1, 250).unwrap();
        assert_eq!(found.text.chars().count(), 100 * 8 + 2);
        assert_eq!(found.around().1, "\\");
    }

    #[test]
    fn bytes_that_are_no_text_have_a_line_too() {
        let mut found = [Diagnostic {
            line: Some(2),
            column: Some(1),
            ..Diagnostic::error(&crate::problem::indexes::INVALID_UTF8, "", "y")
        }];
        attach_snippets(b"a: 1\n\xff: 2\n", &mut found);
        assert_eq!(found[0].snippet, Some(Snippet { text: "\u{fffd}: 2".into(), column: 1 }));
    }
}
