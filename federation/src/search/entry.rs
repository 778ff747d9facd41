//! The searchable form of a capability.

use super::{in_column, words};
use serde_json::Value;

/// Separator before, between and after the tags of an entry. It occurs in no text of an index.
pub const TAG_BOUNDARY: char = '\u{1f}';

/// A capability in its searchable form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its status in lower case; empty if it has none.
    pub status: String,
    /// Its tags in lower case, [`TAG_BOUNDARY`] around each; empty if it has none.
    pub tags: String,
    /// The words of its id, in the form of [`in_column`].
    pub id_words: String,
    /// The words of its name and its title.
    pub name_words: String,
    /// The words of its tags.
    pub tag_words: String,
    /// The words of its summary.
    pub summary_words: String,
    /// The whole entry as compact JSON, including its attribution.
    pub json: String,
}

impl Entry {
    /// Parses an entry of a JSON fragment.
    ///
    /// # Errors
    /// If it is not valid JSON.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        let entry: Value = serde_json::from_str(json)?;
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let list = entry.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let tags: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_lowercase).collect();
        let mut bounded = String::new();
        for tag in &tags {
            bounded.push(TAG_BOUNDARY);
            bounded.push_str(tag);
        }
        if !tags.is_empty() {
            bounded.push(TAG_BOUNDARY);
        }
        let column = |text: &str| in_column(words(text).iter().map(String::as_str));
        Ok(Self {
            id: text("id").to_owned(),
            status: text("status").to_lowercase(),
            tags: bounded,
            id_words: column(text("id")),
            name_words: column(&format!("{} {}", text("name"), text("title"))),
            tag_words: column(&tags.join(" ")),
            summary_words: column(text("summary")),
            json: json.to_owned(),
        })
    }
}

/// Parses the entries of a [`crate::compose::Fragment`] in JSON, in order.
///
/// # Errors
/// If it is not such a fragment.
pub fn entries(fragment: &str) -> Result<Vec<Entry>, serde_json::Error> {
    if fragment.is_empty() {
        return Ok(Vec::new());
    }
    // Compact JSON contains no line feeds except those between the entries.
    fragment.split(",\n").map(Entry::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_words_by_field() {
        let json = r#"{"id":"capability.lease","source_repo":"hub","domain":"d","title":"State, leased","summary":"a,\nb","status":"Beta","tags":["C++","State Hub"],"x":1}"#;
        let both = entries(&format!("{json},\n{json}")).expect("a fragment");
        assert_eq!(both.len(), 2);
        let entry = &both[0];
        assert_eq!(entry.json, json);
        assert_eq!((entry.id_words.as_str(), entry.name_words.as_str()), (" capability lease ", " state leased "));
        assert_eq!((entry.tag_words.as_str(), entry.summary_words.as_str()), (" c state hub ", " a b "));
        assert_eq!((entry.status.as_str(), entry.tags.as_str()), ("beta", "\u{1f}c++\u{1f}state hub\u{1f}"));
        assert_eq!(entries("").expect("an empty fragment"), []);
    }
}
