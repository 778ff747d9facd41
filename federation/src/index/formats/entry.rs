//! A capability while it is built from parts of a file, and the place of each part.

use super::node::Node;
use crate::path::{Path, Step};
use serde_json::{Map, Value};

/// Longest part of an id, in characters.
const MAX_PART_CHARS: usize = 80;

/// A capability and its origin.
pub(super) struct Entry<'v> {
    fields: Map<String, Value>,
    origin: Origin<'v>,
}

/// Where in the file a capability comes from.
pub(super) struct Origin<'v> {
    whole: Path<'v>,
    /// In the order of the capability's fields.
    fields: Vec<Vec<Part<'v>>>,
}

/// Where a text of a field comes from, or the next texts of a list.
enum Part<'v> {
    One(Path<'v>),
    Items(Path<'v>, usize),
}

impl<'v> Entry<'v> {
    /// The capability that `whole` describes, with an id of these parts, of which the last is from `named`.
    pub(super) fn new(whole: &Node<'v>, id: &[&str], named: Node<'v>) -> Self {
        let id: Vec<String> = id.iter().map(|part| slug(part)).collect();
        let origin = Origin { whole: whole.path.clone(), fields: Vec::new() };
        let mut entry = Self { fields: Map::new(), origin };
        entry.value("id", id.join(".").into(), named);
        entry
    }

    /// Adds a field whose value is derived from this part of the file.
    pub(super) fn value(&mut self, name: &str, value: Value, from: Node<'v>) {
        self.add(name, value, vec![Part::One(from.path)]);
    }

    /// Adds a field with the text of a part, if there is one.
    pub(super) fn text(&mut self, name: &str, from: Option<Node<'v>>) {
        if let Some(from) = from.filter(|from| from.text().is_some()) {
            self.value(name, from.value.clone(), from);
        }
    }

    /// Adds the tags: those of a list and then a text, if they exist.
    pub(super) fn tags(&mut self, list: Option<Node<'v>>, last: Option<Node<'v>>) {
        let mut tags = list.as_ref().and_then(|list| list.value.as_array()).cloned().unwrap_or_default();
        let mut parts = Vec::from_iter(list.map(|list| Part::Items(list.path, tags.len())));
        if let Some(last) = last.filter(|last| last.text().is_some() && !tags.contains(last.value)) {
            tags.push(last.value.clone());
            parts.push(Part::One(last.path));
        }
        if !tags.is_empty() {
            self.add("tags", tags.into(), parts);
        }
    }

    fn add(&mut self, name: &str, value: Value, parts: Vec<Part<'v>>) {
        self.fields.insert(name.to_owned(), value);
        self.origin.fields.push(parts);
    }

    /// The capability, and its origin.
    pub(super) fn into_parts(self) -> (Value, Origin<'v>) {
        (Value::Object(self.fields), self.origin)
    }
}

impl<'v> Origin<'v> {
    /// Where the value at these steps of the capability comes from.
    pub(super) fn of(&self, steps: &[Step<'_>]) -> Path<'v> {
        let Some(parts) = steps.first().and_then(|field| self.fields.get(field.place())) else {
            return self.whole.clone();
        };
        let mut place = match steps.get(1) {
            Some(Step::Item(place)) => *place,
            _ => 0,
        };
        for part in parts {
            match part {
                Part::Items(list, count) if place < *count && steps.len() > 1 => return list.with(Step::Item(place)),
                Part::Items(_, count) if steps.len() > 1 => place -= count,
                Part::One(_) if place > 0 => place -= 1,
                Part::Items(path, _) | Part::One(path) => return path.clone(),
            }
        }
        // The list was made from one text of the file.
        let last = parts.last().map(|(Part::Items(path, _) | Part::One(path))| path);
        last.unwrap_or(&self.whole).clone()
    }
}

/// A text as a part of an id: ASCII digits, and letters in lower case; letters and digits of other scripts as `u` and
/// their code point in hexadecimal; `_` as it is; `-` for all else between them.
fn slug(text: &str) -> String {
    let mut part = String::new();
    for c in text.chars() {
        if part.len() >= MAX_PART_CHARS {
            break;
        }
        match c {
            _ if c.is_ascii_alphanumeric() => part.push(c.to_ascii_lowercase()),
            _ if c.is_alphanumeric() => part.push_str(&format!("u{:x}", u32::from(c))),
            _ if part.is_empty() => {}
            '_' => part.push('_'),
            _ if !part.ends_with(['-', '_']) => part.push('-'),
            _ => {}
        }
    }
    part.truncate(part.trim_end_matches(['-', '_']).len());
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_part_of_an_id() {
        for (text, part) in [
            ("artist-web", "artist-web"),
            ("GeoSpatial Route Planner Agent", "geospatial-route-planner-agent"),
            ("get_weather", "get_weather"),
            ("__init__", "init"),
            ("  CodeMeta: minimal, in JSON-LD!", "codemeta-minimal-in-json-ld"),
            ("v1.2/über", "v1-2-ufcber"),
            ("文档", "u6587u6863"),
            ("!!!", ""),
        ] {
            assert_eq!(slug(text), part, "{text}");
        }
        assert!(slug(&"文".repeat(500)).len() < MAX_PART_CHARS + 8);
    }
}
