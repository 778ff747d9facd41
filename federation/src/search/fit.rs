//! How well a search answers its question, in words that an agent understands.

use super::Answered;
use super::meaning::STRONG_LIKENESS;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The share of a question that an entry must answer to fit well, in permille.
const MIN_GOOD: u64 = 450;

/// The share below which nothing fits, in permille.
const MIN_WEAK: u64 = 200;

/// Maximum number of results if they do not fit well.
const MAX_WEAK: usize = 5;

/// Maximum number of domains, and of tags, that are named as near.
pub const MAX_NEAR: usize = 8;

crate::variants! {
    /// How well the best results fit the question.
    pub enum Fit {
        /// A result answers most of the question.
        Good = "good",
        /// The results answer only a part of it.
        Weak = "weak",
        /// Nothing fits.
        None = "none",
    }
}

/// A word of the question that occurs nowhere, and the similar word that was searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Corrected {
    /// The word of the question.
    pub word: String,
    /// The word that was searched for.
    pub searched: String,
}

/// Where to look further.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Near {
    /// Domains, the nearest first.
    pub domains: Vec<String>,
    /// Tags, the nearest first.
    pub tags: Vec<String>,
}

/// What a search says about the words of its question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// How well the results fit; none without a question.
    pub fit: Option<Fit>,
    /// Words that occur nowhere.
    pub unmatched: Vec<String>,
    /// Words that were corrected.
    pub corrected: Vec<Corrected>,
    /// Words that were left out, since others matter more.
    pub dropped: Vec<String>,
    /// Where to look further, unless the results fit well.
    pub near: Option<Near>,
}

impl Wording {
    /// Judges how well a question is answered, and keeps only the best matches of a bad answer.
    pub fn of(answered: &mut Answered) -> Self {
        let fit = match answered.coverage {
            _ if answered.matches.is_empty() => Fit::None,
            MIN_GOOD.. => Fit::Good,
            MIN_WEAK.. => Fit::Weak,
            _ if answered.likeness >= STRONG_LIKENESS => Fit::Weak,
            _ => Fit::None,
        };
        if fit != Fit::Good {
            answered.matches.truncate(MAX_WEAK);
        }
        let corrected = std::mem::take(&mut answered.corrected);
        Self {
            fit: Some(fit),
            unmatched: std::mem::take(&mut answered.unmatched),
            corrected: corrected.into_iter().map(|(word, searched)| Corrected { word, searched }).collect(),
            dropped: std::mem::take(&mut answered.dropped),
            near: None,
        }
    }

    /// The same without what only helps to search further.
    pub fn brief(&self) -> Self {
        Self { fit: self.fit, ..Self::default() }
    }

    /// One sentence on what to do next; none if the results fit well.
    pub fn advice(&self) -> Option<String> {
        let unmatched: Vec<String> = self.unmatched.iter().take(3).map(|word| format!("`{word}`")).collect();
        let other = match unmatched.as_slice() {
            [] => "in other words".to_owned(),
            words => format!("with other words for {}", words.join(", ")),
        };
        match self.fit? {
            Fit::Good => None,
            Fit::Weak => Some(format!(
                "These answer only a part of the question: check each summary before you rely on one, and search once more {other}."
            )),
            Fit::None => Some(format!(
                "Nothing published here fits: search once more {other}, and if that finds nothing either, it does not exist yet."
            )),
        }
    }
}

impl Near {
    /// The domains and tags of entries, the most frequent first.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Map<String, Value>>) -> Self {
        let (mut domains, mut tags) = (Vec::new(), Vec::new());
        for entry in entries {
            domains.extend(entry.get("domain").and_then(Value::as_str).map(str::to_owned));
            let list = entry.get("tags").and_then(Value::as_array).into_iter().flatten();
            tags.extend(list.filter_map(Value::as_str).map(str::to_lowercase));
        }
        Self { domains: frequent(domains), tags: frequent(tags) }
    }
}

fn frequent(words: Vec<String>) -> Vec<String> {
    // Equal ones in the order in which they came.
    let mut counts = BTreeMap::<String, (usize, usize)>::new();
    for (at, word) in words.into_iter().enumerate() {
        counts.entry(word).or_insert((0, at)).0 += 1;
    }
    let mut counts: Vec<(String, (usize, usize))> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, at))| (std::cmp::Reverse(*count), *at));
    counts.into_iter().take(MAX_NEAR).map(|(word, _)| word).collect()
}
