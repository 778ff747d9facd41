//! Shows a finding in the style of a compiler: the message, the place, and the line.

use super::escape::escape;
use super::{Text, Tone};
use federation::diagnostic::Diagnostic;

impl Text {
    /// Adds a finding about the document `name`.
    pub(crate) fn finding(&mut self, name: &str, found: &Diagnostic) {
        let (word, tone) = if found.is_error() { ("error", Tone::Bad) } else { ("warning", Tone::Warn) };
        let word = tone.paint(&escape(&format!("{word}[{}]", found.code)), self.colour);
        self.buffer.push_str(&format!("{word}: {}\n", escape(&found.message)));

        let line = found.line.unwrap_or_default();
        let margin = if line == 0 { String::new() } else { " ".repeat(line.to_string().len()) };
        let place =
            [found.line, found.column].into_iter().flatten().map(|number| format!(":{number}")).collect::<String>();
        self.line(format!("{margin}--> {name}{place}"));
        if let Some(snippet) = &found.snippet {
            let (indent, caret) = (snippet.around().0.chars().count(), tone.paint("^", self.colour));
            let empty = format!("{margin} |");
            self.buffer.push_str(&format!("{empty}\n{line} | {}\n{empty} {:indent$}{caret}\n", snippet.text, ""));
        }
        if !found.pointer.is_empty() {
            self.line(format!("{margin} = at {}", found.pointer));
        }
        self.buffer.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use federation::index;
    use federation::problem::indexes;

    fn shown(document: &str) -> String {
        let mut text = Text::new(false);
        index::check(document.as_bytes()).diagnostics.iter().for_each(|found| text.finding("a.yaml", found));
        text.finish()
    }

    #[test]
    fn the_caret_stands_below_the_place() {
        let text = shown("version: 1\r\ncapabilities: 7\r\n");
        let place = " --> a.yaml:2:15\n  |\n2 | capabilities: 7\n  |               ^\n  = at /capabilities\n\n";
        assert!(text.starts_with("error[schema-type]: ") && text.ends_with(place), "{text}");
    }

    #[test]
    fn what_has_no_place_has_no_line() {
        let mut text = Text::new(false);
        text.finding("a.yaml", &Diagnostic::warning(&indexes::NOT_AN_INDEX, "", "empty"));
        assert_eq!(text.finish(), "warning[not-an-index]: empty\n--> a.yaml\n\n");
    }
}
