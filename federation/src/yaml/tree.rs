//! Builds the JSON value of a document from its events, without recursion and within the budgets of [`crate::limits`].

use super::events::{Event, Events, merge_key, multiple_documents, too_deep};
use super::scalar::{self, Fault, Type};
use super::{Position, YamlError};
use crate::excerpt::excerpt;
use crate::limits::{MAX_ALIASED_BYTES, MAX_ALIASED_NODES, MAX_ALIASES, MAX_DEPTH, MAX_NODES};
use crate::problem::indexes;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Parses a text of exactly one YAML document. The [module](super) describes the result.
///
/// # Errors
/// The first error, with its position.
pub fn parse(text: &str) -> Result<Value, YamlError> {
    parse_documents(text, |_| false)?.pop().ok_or_else(empty)
}

/// Parses a text of one document, or of several if `may_others_follow` says so of the first one. The budgets are those
/// of one document for all together.
///
/// # Errors
/// The first error, with its position.
pub(crate) fn parse_documents(text: &str, may_others_follow: impl Fn(&Value) -> bool) -> Result<Vec<Value>, YamlError> {
    let mut tree = Tree::default();
    let mut documents = Vec::new();
    for next in Events::new(text)? {
        let (event, at) = next?;
        if !matches!(event, Event::NextDocument) {
            tree.take(event, at)?;
            continue;
        }
        documents.extend(tree.root.take());
        tree.anchors.clear();
        if documents.len() <= 1 && !documents.first().is_some_and(&may_others_follow) {
            return Err(multiple_documents(at));
        }
    }
    documents.extend(tree.root);
    if documents.is_empty() { Err(empty()) } else { Ok(documents) }
}

fn empty() -> YamlError {
    let message = "the document is empty".to_owned();
    YamlError { code: &indexes::EMPTY_DOCUMENT, line: None, column: None, message }
}

#[derive(Default)]
struct Tree {
    open: Vec<Frame>,
    root: Option<Value>,
    /// Finished values with an anchor, and the cost of a copy of each.
    anchors: HashMap<usize, (Value, Cost)>,
    nodes: usize,
    aliases: usize,
    aliased: Cost,
}

struct Frame {
    items: Items,
    anchor: usize,
    cost: Cost,
}

enum Items {
    List(Vec<Value>),
    Mapping { map: Map<String, Value>, lines: Vec<u64>, key: Option<(String, Position)> },
}

/// The cost of a value: the number of values in it, the text in it, and its depth.
#[derive(Default, Clone, Copy)]
struct Cost {
    nodes: usize,
    bytes: usize,
    height: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), YamlError> {
        match event {
            Event::Scalar { text, plain, tag, anchor } => {
                let cost = Cost { nodes: 1, bytes: text.len(), height: 0 };
                if plain && tag.is_none() && text == "<<" && self.wants_key() {
                    return Err(merge_key(at));
                }
                let value = match tag {
                    Some(wanted) => scalar::tagged(&text, wanted).map_err(|fault| no_value(fault, Some(wanted), at))?,
                    None if plain => match scalar::plain(&text).map_err(|fault| no_value(fault, None, at))? {
                        Some(value) => value,
                        None => Value::String(text.into_owned()),
                    },
                    None => Value::String(text.into_owned()),
                };
                self.spend(1, at)?;
                self.finish(value, cost, anchor, at)
            }
            Event::ListStart { anchor } => self.begin(Items::List(Vec::new()), anchor, at),
            Event::MappingStart { anchor } => {
                self.begin(Items::Mapping { map: Map::new(), lines: Vec::new(), key: None }, anchor, at)
            }
            Event::End => {
                let Some(frame) = self.open.pop() else { return Ok(()) };
                let value = match frame.items {
                    Items::List(items) => Value::Array(items),
                    Items::Mapping { map, .. } => Value::Object(map),
                };
                let cost = Cost { nodes: frame.cost.nodes + 1, height: frame.cost.height + 1, ..frame.cost };
                self.finish(value, cost, frame.anchor, at)
            }
            Event::Alias { anchor } => self.expand(anchor, at),
            Event::NextDocument => Err(multiple_documents(at)),
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { items: Items::Mapping { key: None, .. }, .. }))
    }

    fn begin(&mut self, items: Items, anchor: usize, at: Position) -> Result<(), YamlError> {
        if self.wants_key() {
            return Err(key_not_string(at));
        }
        self.spend(1, at)?;
        self.open.push(Frame { items, anchor, cost: Cost::default() });
        Ok(())
    }

    fn expand(&mut self, anchor: usize, at: Position) -> Result<(), YamlError> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            let message = format!("there are more than {MAX_ALIASES} aliases: write the values out");
            return Err(YamlError::at(at, &indexes::TOO_MANY_ALIASES, message));
        }
        let Some((_, cost)) = self.anchors.get(&anchor) else {
            let message = "this alias is inside the value that it refers to: write the value out";
            return Err(YamlError::at(at, &indexes::RECURSIVE_ALIAS, message));
        };
        let cost = *cost;
        if self.open.len() + cost.height > MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.spend(cost.nodes, at)?;
        self.spend_aliased(cost, at)?;
        let value = self.anchors.get(&anchor).map_or(Value::Null, |(value, _)| value.clone());
        self.finish(value, cost, 0, at)
    }

    /// Adds a finished value to its parent.
    fn finish(&mut self, value: Value, cost: Cost, anchor: usize, at: Position) -> Result<(), YamlError> {
        if anchor != 0 {
            self.spend_aliased(cost, at)?;
            self.anchors.insert(anchor, (value.clone(), cost));
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        frame.cost.nodes += cost.nodes;
        frame.cost.bytes += cost.bytes;
        frame.cost.height = frame.cost.height.max(cost.height);
        match &mut frame.items {
            Items::List(items) => items.push(value),
            Items::Mapping { map, lines, key } => match key.take() {
                None => {
                    let Value::String(name) = value else { return Err(key_not_string(at)) };
                    *key = Some((name, at));
                }
                Some((name, key_at)) => match map.entry(name) {
                    Entry::Vacant(place) => {
                        place.insert(value);
                        lines.push(key_at.line);
                    }
                    Entry::Occupied(place) => {
                        let name = place.key().clone();
                        let first = map.keys().zip(lines).find(|(key, _)| **key == name).map_or(0, |(_, line)| *line);
                        let message =
                            format!("the key `{}` is already on line {first}: keep one of them", excerpt(&name));
                        return Err(YamlError::at(key_at, &indexes::DUPLICATE_KEY, message));
                    }
                },
            },
        }
        Ok(())
    }

    fn spend(&mut self, nodes: usize, at: Position) -> Result<(), YamlError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            let message = format!("the document has more than {MAX_NODES} values: split the document");
            return Err(YamlError::at(at, &indexes::TOO_MANY_NODES, message));
        }
        Ok(())
    }

    /// Anchored values also count when they are stored: nested anchors copy each other.
    fn spend_aliased(&mut self, cost: Cost, at: Position) -> Result<(), YamlError> {
        self.aliased.nodes += cost.nodes;
        self.aliased.bytes += cost.bytes;
        if self.aliased.nodes > MAX_ALIASED_NODES || self.aliased.bytes > MAX_ALIASED_BYTES {
            let message = "anchors and aliases repeat too much of the document: write the values out";
            return Err(YamlError::at(at, &indexes::TOO_MANY_ALIASES, message));
        }
        Ok(())
    }
}

fn key_not_string(at: Position) -> YamlError {
    YamlError::at(at, &indexes::KEY_NOT_STRING, "keys must be strings, as in JSON: put the key in quotes")
}

fn no_value(fault: Fault, wanted: Option<Type>, at: Position) -> YamlError {
    let wanted = match wanted {
        Some(Type::Integer) => "an integer",
        Some(Type::Float) => "a number",
        Some(Type::Boolean) => "true or false",
        Some(Type::Null) => "null",
        Some(Type::String) | None => "a string",
    };
    match fault {
        Fault::NotFinite => {
            YamlError::at(at, &indexes::NOT_FINITE, "infinity and not-a-number cannot be written in JSON: use a string")
        }
        Fault::OutOfRange => {
            YamlError::at(at, &indexes::NUMBER_OUT_OF_RANGE, "this number does not fit in 64 bits: put it in quotes")
        }
        Fault::NotOfType => {
            YamlError::at(at, &indexes::INVALID_YAML, format!("the tag says that this is {wanted}, but it is not"))
        }
    }
}
