//! A finding as compilers show it: what is wrong, where, and the line itself.

use federation::diagnostic::Diagnostic;

use super::escape::escape;
use super::{Text, Tone};

/// How much of a line is shown, in characters, and how much of that stands before the place.
const WIDTH: usize = 100;
const BEFORE: usize = 60;

impl Text {
    /// Adds a finding about the document `name`, whose text is `source`, if that is known.
    pub(crate) fn finding(&mut self, name: &str, source: Option<&str>, found: &Diagnostic) {
        let (word, tone) = if found.is_error() { ("error", Tone::Bad) } else { ("warning", Tone::Warn) };
        let word = tone.paint(&escape(&format!("{word}[{}]", found.code)), self.colour);
        self.buffer.push_str(&format!("{word}: {}\n", escape(&found.message)));

        let line = found.line.unwrap_or_default();
        let margin = if line == 0 { String::new() } else { " ".repeat(line.to_string().len()) };
        let place =
            [found.line, found.column].into_iter().flatten().map(|number| format!(":{number}")).collect::<String>();
        self.line(format!("{margin}--> {name}{place}"));
        if let Some((before, after)) = source.and_then(|source| excerpt(source, line, found.column.unwrap_or(1))) {
            // The caret stands below the character, however many the ones before it were escaped into.
            let (indent, caret) = (before.chars().count(), tone.paint("^", self.colour));
            let empty = format!("{margin} |");
            self.buffer.push_str(&format!("{empty}\n{line} | {before}{after}\n{empty} {:indent$}{caret}\n", ""));
        }
        if !found.pointer.is_empty() {
            self.line(format!("{margin} = at {}", found.pointer));
        }
        self.buffer.push('\n');
    }
}

/// What is shown of a line: the part before the place and the part from it on, escaped. `None` if there is no such line.
fn excerpt(source: &str, line: u64, column: u64) -> Option<(String, String)> {
    let line: Vec<char> = lines(source).nth(usize::try_from(line.checked_sub(1)?).ok()?)?.chars().collect();
    let at = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX).min(line.len());
    let from = at.saturating_sub(BEFORE);
    let to = (from + WIDTH).min(line.len());
    let part = |range: &[char]| escape(&range.iter().collect::<String>()).into_owned();
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let before = format!("{}{}", cut(from > 0), part(line.get(from..at)?));
    let after = format!("{}{}", part(line.get(at..to)?), cut(to < line.len()));
    Some((before, after))
}

/// The lines as YAML counts them: LF, CR, and CR LF as one.
fn lines(source: &str) -> impl Iterator<Item = &str> {
    source.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, found: Diagnostic) -> String {
        let mut text = Text::new(false);
        text.finding("a.yaml", Some(source), &found);
        text.finish()
    }

    fn at(line: u64, column: u64) -> Diagnostic {
        Diagnostic { line: Some(line), column: Some(column), ..Diagnostic::error("schema-type", "/b", "no string") }
    }

    #[test]
    fn the_caret_stands_below_the_place() {
        let expected = "error[schema-type]: no string\n --> a.yaml:2:4\n  |\n2 | b: 7\n  |    ^\n  = at /b\n\n";
        assert_eq!(shown("a: 1\r\nb: 7\r\n", at(2, 4)), expected);
        assert_eq!(shown("a: 1\rb: 7\r", at(2, 4)), expected);
    }

    #[test]
    fn characters_that_are_escaped_do_not_move_the_caret_away() {
        let text = shown("\tb\u{1b}: é", at(1, 6));
        assert!(text.contains(&format!("1 | \\tb\\u{{1b}}: é\n  | {:11}^\n", "")), "{text}");
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = shown(&format!("{}X{}", "a".repeat(500_000), "b".repeat(500_000)), at(1, 500_001));
        assert!(text.len() < 500, "{}", text.len());
        assert!(text.contains(&format!("1 | …{}X{}…\n  | {:61}^\n", "a".repeat(60), "b".repeat(39), "")), "{text}");
    }

    #[test]
    fn a_place_after_the_end_is_shown_at_the_end() {
        assert!(shown("ab", at(1, 9)).contains("1 | ab\n  |   ^\n"));
        assert!(shown("ab", at(7, 1)).ends_with("--> a.yaml:7:1\n  = at /b\n\n"));
        let whole = Diagnostic::warning("not-an-index", "", "empty");
        assert_eq!(shown("", whole), "warning[not-an-index]: empty\n--> a.yaml\n\n");
    }
}
