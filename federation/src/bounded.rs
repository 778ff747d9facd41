//! A type of limited length for text that comes from outside or quotes it.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::ops::Deref;

/// One or two sentences for people: at most 1,000 characters.
pub type Message = Bounded<1000>;

/// A JSON Pointer, possibly shortened: at most 500 characters.
pub type Pointer = Bounded<500>;

/// A text of at most `MAX_CHARS` characters. A longer one loses its middle to a `…`, also when
/// it is read from JSON of any origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Bounded<const MAX_CHARS: usize>(String);

impl<const MAX_CHARS: usize> Bounded<MAX_CHARS> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shortens a text to `max_chars` characters with `…` in the middle; `None` if it is short enough. Reads no
/// more of the text than it keeps.
pub(crate) fn cut(text: &str, max_chars: usize) -> Option<String> {
    // A text never has more characters than bytes.
    if text.len() <= max_chars {
        return None;
    }
    let (_, past) = (text.char_indices().nth(max_chars)?, max_chars.saturating_sub(1));
    let last = past / 3;
    let start = text.char_indices().nth(past - last).map_or(text.len(), |(at, _)| at);
    let end = last.checked_sub(1).and_then(|skip| text.char_indices().rev().nth(skip)).map_or(text.len(), |(at, _)| at);
    Some(format!("{}…{}", &text[..start], &text[end..]))
}

impl<const MAX_CHARS: usize> From<String> for Bounded<MAX_CHARS> {
    fn from(text: String) -> Self {
        Self(cut(&text, MAX_CHARS).unwrap_or(text))
    }
}

impl<const MAX_CHARS: usize> From<&str> for Bounded<MAX_CHARS> {
    fn from(text: &str) -> Self {
        Self(cut(text, MAX_CHARS).unwrap_or_else(|| text.to_owned()))
    }
}

impl<const MAX_CHARS: usize> From<Bounded<MAX_CHARS>> for String {
    fn from(text: Bounded<MAX_CHARS>) -> Self {
        text.0
    }
}

impl<const MAX_CHARS: usize> Deref for Bounded<MAX_CHARS> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX_CHARS: usize> fmt::Display for Bounded<MAX_CHARS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX_CHARS: usize> PartialEq<str> for Bounded<MAX_CHARS> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl<const MAX_CHARS: usize> PartialEq<&str> for Bounded<MAX_CHARS> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl<'de, const MAX_CHARS: usize> Deserialize<'de> for Bounded<MAX_CHARS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_the_bound_stays_as_it_is() {
        for text in ["", "a", "ééééé", "abcde"] {
            assert_eq!(Bounded::<5>::from(text), text);
            assert_eq!(Bounded::<5>::from(text.to_owned()), text);
        }
    }

    #[test]
    fn a_longer_one_keeps_both_ends() {
        assert_eq!(Bounded::<5>::from("abcdef"), "abc…f");
        assert_eq!(Bounded::<7>::from("äöüäöüäöüäöü"), "äöüä…öü");
        assert_eq!(Bounded::<1>::from("abc"), "…");
        let long = Message::from("k".repeat(65_536));
        assert_eq!((long.chars().count(), long.ends_with('k')), (1000, true));
    }

    #[test]
    fn what_is_read_is_cut_too() {
        let read: Bounded<5> = serde_json::from_str("\"abcdefghi\"").unwrap();
        assert_eq!(read, "abc…i");
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"abc…i\"");
    }
}
