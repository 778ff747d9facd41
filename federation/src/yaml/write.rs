//! Writes JSON values as YAML that YAML 1.1 and 1.2 readers interpret the same way.
//!
//! This module does not use the YAML crate, because documents are published under a digest of their content: their
//! bytes must not change with a dependency. A string is plain only if it begins with a letter and cannot mean anything
//! else. Text of several lines is a literal block. All other strings are in double quotes. Lines are never folded.

use super::YamlError;
use crate::excerpt::is_bidi_control;
use crate::limits::MAX_DEPTH;
use crate::problem::indexes;
use serde_json::{Map, Number, Value};

/// Longest key in the short form, in bytes: YAML readers search only 1024 characters for the colon, and an escape takes
/// up to six characters per byte.
const LONGEST_SIMPLE_KEY: usize = 128;

/// One document, ending with a line break.
///
/// # Errors
/// `too-deep` beyond [`MAX_DEPTH`] levels, which could not be parsed again.
pub fn to_string(value: &Value) -> Result<String, YamlError> {
    let mut writer = Writer { out: String::new() };
    writer.value(value, 0, 0)?;
    writer.out.push('\n');
    Ok(writer.out)
}

/// The items of a list without indentation, each after `- ` and ending with a line break, as below `capabilities:` in a
/// document. Concatenated texts of sublists are the text of the whole list. Empty if there are no items.
///
/// # Errors
/// As [`to_string`].
pub fn to_sequence_items(values: &[Value]) -> Result<String, YamlError> {
    let mut writer = Writer { out: String::new() };
    for value in values {
        writer.out.push_str("- ");
        writer.value(value, 2, 1)?;
        writer.out.push('\n');
    }
    Ok(writer.out)
}

/// The size of a mapping as an item of [`to_sequence_items`], in bytes. Takes as long as reading the
/// mapping, without memory for the text.
///
/// # Errors
/// As [`to_string`].
pub(crate) fn item_bytes(map: &Map<String, Value>) -> Result<usize, YamlError> {
    let mut writer = Writer { out: Bytes("- \n".len()) };
    if map.is_empty() {
        writer.out.push_str("{}");
    } else {
        writer.mapping(map, 2, 2)?;
    }
    Ok(writer.out.0)
}

/// The destination of the text.
trait Sink {
    fn push_str(&mut self, text: &str);
    fn push(&mut self, c: char);
    fn spaces(&mut self, count: usize);
}

impl Sink for String {
    fn push_str(&mut self, text: &str) {
        self.push_str(text);
    }

    fn push(&mut self, c: char) {
        self.push(c);
    }

    fn spaces(&mut self, count: usize) {
        self.extend(std::iter::repeat_n(' ', count));
    }
}

/// Counts the bytes instead of storing the text.
struct Bytes(usize);

impl Sink for Bytes {
    fn push_str(&mut self, text: &str) {
        self.0 += text.len();
    }

    fn push(&mut self, c: char) {
        self.0 += c.len_utf8();
    }

    fn spaces(&mut self, count: usize) {
        self.0 += count;
    }
}

struct Writer<S> {
    out: S,
}

impl<S: Sink> Writer<S> {
    /// Writes a value at column `indent` of the current line. `depth` counts the lists and mappings around it.
    fn value(&mut self, value: &Value, indent: usize, depth: usize) -> Result<(), YamlError> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text, indent),
            Value::Array(items) if items.is_empty() => self.out.push_str("[]"),
            Value::Object(map) if map.is_empty() => self.out.push_str("{}"),
            Value::Array(items) => self.list(items, indent, deeper(depth)?)?,
            Value::Object(map) => self.mapping(map, indent, deeper(depth)?)?,
        }
        Ok(())
    }

    fn list(&mut self, items: &[Value], indent: usize, depth: usize) -> Result<(), YamlError> {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.line(indent);
            }
            self.out.push_str("- ");
            self.value(item, indent + 2, depth)?;
        }
        Ok(())
    }

    fn mapping(&mut self, map: &Map<String, Value>, indent: usize, depth: usize) -> Result<(), YamlError> {
        for (index, (key, value)) in map.iter().enumerate() {
            if index > 0 {
                self.line(indent);
            }
            if key.len() > LONGEST_SIMPLE_KEY {
                self.out.push_str("? ");
                self.quoted(key);
                self.line(indent);
                self.out.push_str(": ");
                self.value(value, indent + 2, depth)?;
                continue;
            }
            if is_plain(key) {
                self.out.push_str(key)
            } else {
                self.quoted(key)
            }
            self.out.push(':');
            match value {
                Value::Array(items) if !items.is_empty() => {
                    self.line(indent);
                    self.list(items, indent, deeper(depth)?)?;
                }
                Value::Object(map) if !map.is_empty() => {
                    self.line(indent + 2);
                    self.mapping(map, indent + 2, deeper(depth)?)?;
                }
                _ => {
                    self.out.push(' ');
                    self.value(value, indent + 2, depth)?;
                }
            }
        }
        Ok(())
    }

    fn string(&mut self, text: &str, indent: usize) {
        if is_plain(text) {
            self.out.push_str(text);
        } else if is_block(text) {
            self.out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
            for line in text.lines() {
                if line.is_empty() {
                    self.out.push('\n');
                } else {
                    self.line(indent.max(2));
                    self.out.push_str(line);
                }
            }
        } else {
            self.quoted(text);
        }
    }

    /// Writes a number as in JSON, plus the dot and the sign that YAML 1.1 requires in a number with an exponent.
    fn number(&mut self, number: &Number) {
        let text = number.to_string();
        match text.split_once('e') {
            None => self.out.push_str(&text),
            Some((mantissa, exponent)) => {
                let dot = if mantissa.contains('.') { "" } else { ".0" };
                let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
                self.out.push_str(&format!("{mantissa}{dot}e{sign}{exponent}"));
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if is_visible(c) => self.out.push(c),
                c => {
                    let code = c as u32;
                    let escape = if code <= 0xffff { format!("\\u{code:04X}") } else { format!("\\U{code:08X}") };
                    self.out.push_str(&escape);
                }
            }
        }
        self.out.push('"');
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.spaces(indent);
    }
}

fn deeper(depth: usize) -> Result<usize, YamlError> {
    if depth < MAX_DEPTH {
        return Ok(depth + 1);
    }
    let message = format!("lists and mappings are nested more than {MAX_DEPTH} deep");
    Err(YamlError { code: &indexes::TOO_DEEP, line: None, column: None, message })
}

fn is_plain(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_visible)
        && !is_word_with_meaning(text)
}

/// Words that some reader interprets as a boolean, a null or a number.
fn is_word_with_meaning(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text of several lines survives as a literal block with every method of detecting indentation.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.split('\n').all(|line| !line.ends_with(' ') && line.chars().all(is_visible))
}

/// Whether a character may be written literally: it is visible, and no reader treats it as a line break.
fn is_visible(c: char) -> bool {
    !(c.is_control()
        || is_bidi_control(c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}
