//! The events of one YAML document, with limits. The only module that uses the YAML crate: to replace the crate,
//! rewrite this file and run the tests.
//!
//! It uses the crate's event reader rather than its serde half. The event reader returns the position of every value,
//! reports quoting and tags, and needs no stack that grows with the input.

use super::scalar::Type;
use super::{Position, YamlError};
use crate::excerpt::excerpt;
use crate::limits::{MAX_DEPTH, MAX_SCALAR_BYTES};
use crate::problem::indexes;
use serde_saphyr::granit_parser::{self, ErrorKind, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use std::borrow::Cow;

/// Longest key without a `?` mark, in characters of the text. This is YAML's own limit …
const YAML_KEY_CHARS: usize = 1024;

/// … which JSON does not have. The reader buffers its input until it knows that it is not a key,
/// which costs some 40 MiB of memory.
const JSON_KEY_CHARS: usize = MAX_SCALAR_BYTES + "\"\"".len();

/// An event of the text. An anchor of 0 means none.
pub(super) enum Event<'t> {
    /// Another document begins.
    NextDocument,
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
        tag: Option<Type>,
        anchor: usize,
    },
    ListStart {
        anchor: usize,
    },
    MappingStart {
        anchor: usize,
    },
    End,
    Alias {
        anchor: usize,
    },
}

/// Reads a text of one or more documents, event by event. It ends after an error.
pub(super) struct Events<'t> {
    parser: Parser<'t, StrInput<'t>>,
    depth: usize,
    documents: usize,
    ended: bool,
}

impl<'t> Events<'t> {
    /// Refuses characters that YAML does not allow before reading anything: the crate treats NUL as the end of the
    /// text, and would silently read half a document.
    pub(super) fn new(text: &'t str) -> Result<Self, YamlError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        refuse_control_characters(text)?;
        let options = granit_parser::options! {
            emit_comments: false,
            simple_key_max_lookahead: if text.trim_start().starts_with('{') { JSON_KEY_CHARS } else { YAML_KEY_CHARS },
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        Ok(Self { parser: Parser::new_from_str_with_options(text, options), depth: 0, documents: 0, ended: false })
    }

    fn step(&mut self) -> Result<Option<(Event<'t>, Position)>, YamlError> {
        while let Some(next) = self.parser.next_event() {
            let (event, span) = next.map_err(|error| from_scan_error(&error))?;
            let at = start(&span);
            let event = match event {
                granit_parser::Event::DocumentStart(..) => {
                    self.documents += 1;
                    if self.documents == 1 {
                        continue;
                    }
                    Event::NextDocument
                }
                granit_parser::Event::Scalar(text, style, anchor, tag) => {
                    if text.len() > MAX_SCALAR_BYTES {
                        let message = format!(
                            "this value has {} bytes: keep every value within {MAX_SCALAR_BYTES} bytes",
                            text.len()
                        );
                        return Err(YamlError::at(at, &indexes::SCALAR_TOO_LONG, message));
                    }
                    // Some tools write the tag of a merge key, some quote it as well.
                    let merges = text == "<<" && tag.as_deref().is_some_and(is_of_merge_keys);
                    let tag = tag.as_deref().filter(|_| !merges).map(|tag| scalar_type(tag, at)).transpose()?;
                    Event::Scalar { text, plain: merges || style == ScalarStyle::Plain, tag, anchor }
                }
                granit_parser::Event::SequenceStart(_, anchor, tag) => {
                    self.open(tag.as_deref(), "seq", at)?;
                    Event::ListStart { anchor }
                }
                granit_parser::Event::MappingStart(_, anchor, tag) => {
                    self.open(tag.as_deref(), "map", at)?;
                    Event::MappingStart { anchor }
                }
                granit_parser::Event::SequenceEnd | granit_parser::Event::MappingEnd => {
                    self.depth = self.depth.saturating_sub(1);
                    Event::End
                }
                granit_parser::Event::Alias(anchor) => Event::Alias { anchor },
                _ => continue,
            };
            return Ok(Some((event, at)));
        }
        Ok(None)
    }

    fn open(&mut self, tag: Option<&Tag>, own: &str, at: Position) -> Result<(), YamlError> {
        if let Some(tag) = tag
            && !tag.is_yaml_core_schema_tag(own)
        {
            return Err(unsupported_tag(tag, at));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(too_deep(at)) } else { Ok(()) }
    }
}

impl<'t> Iterator for Events<'t> {
    type Item = Result<(Event<'t>, Position), YamlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.step().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

pub(super) fn multiple_documents(at: Position) -> YamlError {
    let message = "a second document starts here: keep one document in the file";
    YamlError::at(at, &indexes::MULTIPLE_DOCUMENTS, message)
}

pub(super) fn too_deep(at: Position) -> YamlError {
    YamlError::at(
        at,
        &indexes::TOO_DEEP,
        format!("lists and mappings are nested more than {MAX_DEPTH} deep: flatten them"),
    )
}

fn start(span: &Span) -> Position {
    Position { line: span.start.line() as u64, column: span.start.col() as u64 + 1 }
}

fn scalar_type(tag: &Tag, at: Position) -> Result<Type, YamlError> {
    let of_string = tag.parts() == ("", "!") || tag.parts() == ("!", "");
    match tag.core_suffix() {
        Some("str") => Ok(Type::String),
        Some("int") => Ok(Type::Integer),
        Some("float") => Ok(Type::Float),
        Some("bool") => Ok(Type::Boolean),
        Some("null") => Ok(Type::Null),
        None if of_string => Ok(Type::String),
        _ => Err(unsupported_tag(tag, at)),
    }
}

fn is_of_merge_keys(tag: &Tag) -> bool {
    let (handle, suffix) = tag.parts();
    format!("{handle}{suffix}") == "tag:yaml.org,2002:merge"
}

pub(super) fn merge_key(at: Position) -> YamlError {
    let message = "merge keys (`<<`) are not part of YAML 1.2: write the fields out, or quote the key";
    YamlError::at(at, &indexes::MERGE_KEY, message)
}

fn unsupported_tag(tag: &Tag, at: Position) -> YamlError {
    let message = format!("the tag `{}` is not in YAML's core schema: remove it", excerpt(&tag.original()));
    YamlError::at(at, &indexes::UNSUPPORTED_TAG, message)
}

fn from_scan_error(error: &ScanError) -> YamlError {
    let at = Position { line: error.marker().line() as u64, column: error.marker().col() as u64 + 1 };
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(at),
        ErrorKind::UnknownAnchor => {
            YamlError::at(at, &indexes::UNKNOWN_ALIAS, "this alias names an anchor that is not defined above it")
        }
        kind => YamlError::at(at, &indexes::INVALID_YAML, format!("not valid YAML: {}", excerpt(&kind.to_string()))),
    }
}

fn refuse_control_characters(text: &str) -> Result<(), YamlError> {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | '\u{85}') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    let Some((offset, found)) = text.char_indices().find(|(_, c)| !allowed(*c)) else { return Ok(()) };
    let at = position_of(&text[..offset]);
    let message = format!("the character U+{:04X} is not allowed in YAML: remove it", found as u32);
    Err(YamlError::at(at, &indexes::CONTROL_CHARACTER, message))
}

/// The position right after `before`, with YAML's line breaks: LF, CR and CR LF.
pub(crate) fn position_of(before: &str) -> Position {
    let breaks = before.matches('\n').count() + before.matches('\r').count() - before.matches("\r\n").count();
    let last = before.rfind(['\n', '\r']).map_or(before, |at| &before[at + 1..]);
    Position { line: breaks as u64 + 1, column: last.chars().count() as u64 + 1 }
}
