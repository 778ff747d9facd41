//! Reads a document of a known kind. The result is either a value that its schema accepts, or a
//! list of errors with their positions.

use crate::diagnostic::{Diagnostic, attach_snippets};
use crate::findings::Findings;
use crate::limits::{MAX_DECODED_BYTES, MAX_DIAGNOSTICS};
use crate::path::Path;
use crate::problem::{indexes, sources};
use crate::schema::{self, Schema};
use crate::yaml::{self, Position, YamlError};
use serde_json::Value;

/// Reads a YAML or JSON document. For an index, which has rules beyond its schema, use [`crate::index::check`].
///
/// # Errors
/// All errors in the order of the text: at most [`MAX_DIAGNOSTICS`], and one that counts the others. Codes are those of
/// [`YamlError`] and [`schema::Violation`], `too-large`, `invalid-utf8` and `more-diagnostics`.
pub fn read(schema: Schema, bytes: &[u8]) -> Result<Value, Vec<Diagnostic>> {
    let (text, value) = parse(bytes).map_err(|diagnostic| {
        let mut diagnostics = vec![*diagnostic];
        attach_snippets(bytes, &mut diagnostics);
        diagnostics
    })?;
    let mut found = Findings::default();
    found.add_violations(schema::findings(schema, &value, MAX_DIAGNOSTICS));
    if found.refuses() { Err(found.placed_in(text)) } else { Ok(value) }
}

fn parse(bytes: &[u8]) -> Result<(&str, Value), Box<Diagnostic>> {
    let text = decode(bytes)?;
    yaml::parse(text).map(|value| (text, value)).map_err(|error| Box::new(error.into()))
}

/// Adds the positions in `text` to diagnostics about `value`, which was parsed from it.
pub fn place(text: &str, value: &Value, diagnostics: &mut [Diagnostic]) {
    let paths: Vec<Path<'_>> = diagnostics.iter().map(|found| Path::default().below(value, &found.pointer)).collect();
    let places = yaml::places(text, &paths.iter().collect::<Vec<_>>());
    for (found, place) in diagnostics.iter_mut().zip(places) {
        found.line = place.map(|place| place.value.line);
        found.column = place.map(|place| place.value.column);
    }
}

/// Decodes the text of a document.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Box<Diagnostic>> {
    if bytes.len() > MAX_DECODED_BYTES {
        let message = format!("the document has {} bytes: the limit is {MAX_DECODED_BYTES}", bytes.len());
        return Err(Box::new(Diagnostic::error(&sources::TOO_LARGE, "", message)));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let utf_16 = Diagnostic::error(&indexes::INVALID_UTF8, "", "the file is UTF-16: save it as UTF-8");
        return Err(Box::new(utf_16.at(Position { line: 1, column: 1 })));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before =
            bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default();
        let message = format!("byte {} is not UTF-8: save the file as UTF-8", error.valid_up_to());
        Box::new(Diagnostic::error(&indexes::INVALID_UTF8, "", message).at(yaml::position_of(before)))
    })
}

impl From<YamlError> for Diagnostic {
    fn from(error: YamlError) -> Self {
        Self { line: error.line, column: error.column, ..Self::error(error.code, "", error.message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(schema: Schema, text: &str) -> Vec<String> {
        read(schema, text.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_manifest_is_read_or_refused_line_by_line() {
        let text = "version: 1\nsources:\n- repo: a\n  domain: b\n  index: c.yaml\n- repo: B\n  domain: b\n  url: https://h/c\n  urll: x\n";
        let lines = found(Schema::Federation, text);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("6:9: schema-pattern: `B` does not"), "{lines:?}");
        let unknown = "9:3: schema-unknown-field: the field `urll` is not known here: remove it or correct its name (at /sources/1/urll)";
        assert_eq!(lines[1], unknown);
        let corrected = text.replace("repo: B", "repo: bb").replace("  urll: x\n", "");
        assert_eq!(read(Schema::Federation, corrected.as_bytes()).unwrap()["sources"][1]["repo"], "bb");
    }

    #[test]
    fn json_is_read_too() {
        let text = "{\n\t\"repo\": \"a\",\n\t\"url\": \"https:\\/\\/h\\/\\u00e9\",\n\t\"domain\": \"b\"\n}\n";
        assert_eq!(read(Schema::HubRegistration, text.as_bytes()).unwrap()["url"], "https://h/\u{e9}");
        assert_eq!(found(Schema::HubRegistration, "[]"), ["1:1: schema-type: must be a mapping, not a list"]);
    }
}
