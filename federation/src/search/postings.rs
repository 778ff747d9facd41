//! The index of a source: for each term, the entries that have it.

use super::language::{Language, is_stop_word, language, stem};
use super::meaning;
use super::posting::{MAX_PAIRS, Posting, is_filter};
use super::successors::Successors;
use super::words::{identifiers, words};
use crate::discovery;
use crate::limits::MAX_CAPABILITIES;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest term, in characters; longer words are cut.
const MAX_TERM_CHARS: usize = 40;

/// Maximum number of words of an entry that are indexed. The id, the name and the tags come first.
const MAX_WORDS_PER_ENTRY: usize = 2_000;

/// How many times longer than an id or name its words may be to become a term as a whole. In a few scripts, one character stands for many.
const MAX_GROWTH: usize = 2;

/// Maximum number of different terms of a source. Twenty thousand entries in prose have some 60,000.
const MAX_TERMS: usize = 100_000;

/// Maximum number of spellings that are kept for a term of a source.
const MAX_SPELLINGS: usize = 8;

/// How much the occurrence of a word counts in each part of an entry, times [`ONE`].
const IN_ID: u32 = 5 * ONE;
const IN_NAME: u32 = 8 * ONE;
const IN_TAGS: u32 = 6 * ONE;
const IN_SUMMARY: u32 = 4 * ONE;

/// The fixed-point one of weights.
const ONE: u32 = 64;

/// The weight at which an entry gets half of the points: further occurrences matter less and less, as in BM25.
const HALF_POINTS_WEIGHT: u32 = 9 * ONE;

/// Maximum number of questions of an entry that are indexed; the same number as in `schemas/capability-index.schema.yaml`.
const MAX_QUESTIONS: usize = 10;

/// Words of an ordinary summary. In a longer one, each occurrence counts less.
const ORDINARY_SUMMARY: u32 = 20;

/// The most points of a term.
pub const MAX_POINTS: u8 = u8::MAX;

/// Builds the index of a source from its entries as JSON, in order. Besides the stems of words there are terms of
/// [`filter_term`] and [`whole_term`], [`super::ALL`], which all entries have, and [`MEANING`].
pub fn postings<'a>(entries: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, Posting> {
    let entries: Vec<&Value> = entries.into_iter().take(MAX_CAPABILITIES).collect();
    let (mut index, successors) = built(&entries, MAX_WORDS_PER_ENTRY, MAX_PAIRS).unwrap_or_else(|| {
        let share = MAX_PAIRS / entries.len().max(1);
        built(&entries, share.min(MAX_WORDS_PER_ENTRY), usize::MAX).unwrap_or_default()
    });
    successors.pass_on_points(&mut index);
    let meanings = entries.iter().flat_map(|entry| meaning::stored_meaning(entry)).collect();
    index.insert(MEANING.to_owned(), Posting { entries: meanings, spellings: BTreeSet::new() });
    index
}

/// The index with at most `words_per_entry` words of each entry, and which entries inherit; `None` if it has more than `max_pairs` pairs of an entry and a word.
/// Only one entry's terms are in memory at a time.
fn built(
    entries: &[&Value],
    words_per_entry: usize,
    max_pairs: usize,
) -> Option<(BTreeMap<String, Posting>, Successors)> {
    let mut index = BTreeMap::<String, Posting>::new();
    let mut pairs = Vec::with_capacity(entries.len());
    let mut sum = 0;
    for (position, entry) in (0u16..).zip(entries) {
        let terms = entry_terms(entry, words_per_entry);
        let words = terms.keys().filter(|term| !is_filter(term)).count();
        pairs.push(words);
        sum += words;
        if sum > max_pairs {
            return None;
        }
        for (term, (points, spellings)) in terms {
            if index.len() >= MAX_TERMS && !index.contains_key(&term) {
                continue;
            }
            let posting = index.entry(term).or_default();
            let [high, low] = position.to_be_bytes();
            posting.entries.extend([high, low, points]);
            let room = MAX_SPELLINGS.saturating_sub(posting.spellings.len());
            posting.spellings.extend(spellings.into_iter().take(room));
        }
    }
    Some((index, Successors::of(entries, &pairs)))
}

/// The term whose row has, instead of points, what each entry of the source means ([`super::meaning`]). No word has this form.
pub const MEANING: &str = "~";

/// The term of entries with a given status, tag, type ([`discovery::media_type`]) or MCP server, ignoring case. No word has this form.
pub fn filter_term(field: &str, value: &str) -> String {
    format!("{field}:{}", value.to_lowercase())
}

/// The term of entries with exactly this id.
pub fn id_term(id: &str) -> String {
    format!("id:{id}")
}

/// The term of the entry whose id or name consists of exactly these words.
pub fn whole_term(words: &[String]) -> String {
    format!("={}", words.join(" "))
}

/// The words of one entry as terms, each with its points, whatever its status.
pub fn word_points(entry: &Value) -> BTreeMap<String, u8> {
    let terms = entry_terms(entry, MAX_WORDS_PER_ENTRY);
    let terms = terms.into_iter().filter(|(term, _)| !is_filter(term) && !term.starts_with('='));
    terms.map(|(term, (points, _))| (term, points)).collect()
}

/// The terms of an entry, each with its points and spellings.
type EntryTerms = BTreeMap<String, (u8, BTreeSet<String>)>;

/// The terms of an entry, among them those of its first words: id, name and tags before the summary.
fn entry_terms(entry: &Value, most_words: usize) -> EntryTerms {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let list = entry.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tags: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    let id = text("id");
    let id_words = id.strip_prefix("capability.").unwrap_or(id);
    let status = text("status").to_lowercase();
    let written_in = language(words(&format!("{} {}", text("name"), text("summary"))).iter().map(String::as_str));
    let mut weights = Weights { language: written_in, room: most_words, ..Weights::default() };
    weights.add(id_words, IN_ID, false);
    if id_words.len() < id.len() {
        weights.add_word("capability", 1);
    }
    weights.add(text("name"), IN_NAME, false);
    weights.add(text("title"), IN_NAME, false);
    for tag in &tags {
        weights.add(tag, IN_TAGS, false);
    }
    let fields = entry.as_object();
    let server = fields.and_then(discovery::server_name);
    weights.add(server.unwrap_or_default(), IN_ID, false);
    weights.add_prose(text("summary"));
    let questions =
        entry.get("representative_queries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for question in questions.iter().filter_map(Value::as_str).take(MAX_QUESTIONS) {
        weights.add_prose(question);
    }
    let weighed = weights.of_terms.into_iter();
    let mut points: EntryTerms =
        weighed.map(|(term, (weight, spellings))| (term, (saturated(weight), spellings))).collect();
    let mut exactly = |term: String| points.insert(term, (MAX_POINTS, BTreeSet::new()));
    for whole in [text("id"), id_words, text("name"), text("title")] {
        let words = words(whole);
        let term = whole_term(&words);
        if !words.is_empty() && term.len() <= MAX_GROWTH * whole.len() {
            exactly(term);
        }
    }
    exactly(id_term(id));
    for tag in tags {
        exactly(filter_term("tag", tag));
    }
    if !status.is_empty() {
        exactly(filter_term("status", &status));
    }
    if let Some(fields) = fields {
        exactly(filter_term("type", &discovery::canonical(discovery::media_type(fields))));
    }
    if let Some(server) = server {
        exactly(filter_term("server", server));
    }
    exactly(super::ALL.to_owned());
    points
}

/// Occurrences of terms, weighted.
struct Weights {
    language: Language,
    room: usize,
    of_terms: BTreeMap<String, (u32, BTreeSet<String>)>,
}

impl Default for Weights {
    fn default() -> Self {
        Self { language: Language::English, room: 0, of_terms: BTreeMap::new() }
    }
}

impl Weights {
    /// Adds the words of a text. Parts of an identifier are also added in pairs and as a whole, since people write
    /// `rate-limit`, `rate limit` and `ratelimit`.
    fn add(&mut self, text: &str, weight: u32, is_prose: bool) {
        for parts in identifiers(text) {
            for part in &parts {
                if !(is_prose && is_stop_word(part)) {
                    self.add_word(part, weight);
                }
            }
            for pair in parts.windows(2) {
                self.add_word(&pair.concat(), weight);
            }
            if parts.len() > 2 {
                self.add_word(&parts.concat(), weight);
            }
        }
    }

    /// Adds the words of a summary, or of a question that the entry answers.
    fn add_prose(&mut self, text: &str) {
        let length = u32::try_from(words(text).len()).unwrap_or(u32::MAX).max(ORDINARY_SUMMARY / 2);
        self.add(text, IN_SUMMARY * 10 / (4 + length.saturating_mul(6) / ORDINARY_SUMMARY), true);
    }

    fn add_word(&mut self, word: &str, weight: u32) {
        let Some(room) = self.room.checked_sub(1) else { return };
        self.room = room;
        let word = cut(word);
        let (sum, spellings) = self.of_terms.entry(stem(&word, self.language)).or_default();
        *sum = sum.saturating_add(weight);
        spellings.insert(word);
    }
}

/// The beginning of a word that is used as a term.
pub fn cut(word: &str) -> String {
    word.chars().take(MAX_TERM_CHARS).collect()
}

fn saturated(weight: u32) -> u8 {
    let points =
        u64::from(MAX_POINTS) * u64::from(weight) / u64::from(weight.saturating_add(HALF_POINTS_WEIGHT)).max(1);
    u8::try_from(points).unwrap_or(MAX_POINTS).max(1)
}
