//! What a question asks for: its words, and the terms by which an entry can answer each.

use super::language::{Language, MAX_PHRASE_WORDS, Synonyms, is_stop_word, stem};
use super::postings::cut;
use super::words::identifiers;
use std::collections::BTreeMap;

/// How well an alternative answers a word, in percent.
pub const EXACT_PERCENT: u32 = 100;
const SYNONYM_PERCENT: u32 = 85;

/// Maximum number of words that are named as left out.
const MAX_DROPPED: usize = 20;

const LANGUAGES: [Language; 2] = [Language::English, Language::German];

/// Maximum number of different words of a question that are looked up; the rest is left out.
pub const MAX_WORDS: usize = 32;

/// Maximum number of synonyms of a word that are looked up.
const MAX_SYNONYMS: usize = 24;

/// Terms that together answer a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// All of these terms.
    pub terms: Vec<String>,
    /// How well they answer, in percent.
    pub quality: u32,
    /// The spelling that was taken for the word.
    pub corrected: Option<String>,
}

/// A word of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionWord {
    /// The word, in lower case and without accents.
    pub word: String,
    /// The alternatives that answer it.
    pub alternatives: Vec<Alternative>,
    /// Whether it has synonyms, so that it is certainly no typing error.
    pub has_synonyms: bool,
}

impl QuestionWord {
    /// Adds an alternative, unless there is one with these terms.
    pub fn add(&mut self, terms: Vec<String>, quality: u32) {
        if !self.alternatives.iter().any(|alternative| alternative.terms == terms) {
            self.alternatives.push(Alternative { terms, quality, corrected: None });
        }
    }

    /// Adds the alternatives of a word.
    pub fn add_word(&mut self, word: &str, quality: u32) {
        for term in stems(word) {
            self.add(vec![term], quality);
        }
    }
}

/// The words of one phrasing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// All words.
    pub words: Vec<String>,
    /// The words that count.
    pub asked: Vec<QuestionWord>,
    /// The words that would count if the question were shorter.
    pub dropped: Vec<String>,
}

impl Question {
    /// Parses a phrasing. Stop words count only if there are no others.
    pub fn of(text: &str, synonyms: &Synonyms) -> Self {
        let chunks: Vec<Vec<String>> =
            identifiers(text).map(|parts| parts.iter().map(|word| cut(word)).collect()).collect();
        let words = chunks.concat();
        let only_stop_words = words.iter().all(|word| is_stop_word(word));
        // A question may repeat its words often, and stems are expensive.
        let stems: Vec<[String; 2]> = words.iter().map(|word| LANGUAGES.map(|language| stem(word, language))).collect();
        let mut question = Self { words, ..Self::default() };
        // For each word of the text, its place in `asked`; for each stem, the same.
        let mut places: Vec<Option<usize>> = Vec::with_capacity(stems.len());
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for (word, [english, german]) in question.words.iter().zip(&stems) {
            places.push(match known.get(english.as_str()) {
                _ if is_stop_word(word) && !only_stop_words => None,
                Some(place) => Some(*place),
                None if question.asked.len() == MAX_WORDS => {
                    if question.dropped.len() < MAX_DROPPED {
                        question.dropped.push(word.clone());
                    }
                    None
                }
                None => {
                    let mut asked = QuestionWord { word: word.clone(), alternatives: Vec::new(), has_synonyms: false };
                    asked.add(vec![english.clone()], EXACT_PERCENT);
                    asked.add(vec![german.clone()], EXACT_PERCENT);
                    known.insert(english, question.asked.len());
                    question.asked.push(asked);
                    Some(question.asked.len() - 1)
                }
            });
        }
        question.join(&places);
        question.add_synonyms(&stems, &places, synonyms);
        question
    }

    /// Neighbours may be one word elsewhere: `time sheet`, `geo fence`.
    fn join(&mut self, places: &[Option<usize>]) {
        for (pair, places) in self.words.windows(2).zip(places.windows(2)) {
            let &[Some(left), Some(right)] = places else { continue };
            for place in [left, right] {
                if let Some(asked) = self.asked.get_mut(place) {
                    asked.add_word(&cut(&pair.concat()), EXACT_PERCENT);
                }
            }
        }
    }

    fn add_synonyms(&mut self, stems: &[[String; 2]], places: &[Option<usize>], synonyms: &Synonyms) {
        for length in 1..=MAX_PHRASE_WORDS {
            for (phrase, places) in stems.windows(length).zip(places.windows(length)) {
                if places.iter().all(Option::is_none) {
                    continue;
                }
                for language in 0..LANGUAGES.len() {
                    let key: Vec<&str> = phrase.iter().filter_map(|of| of.get(language)).map(String::as_str).collect();
                    let found: Vec<&str> = synonyms.of(&key.join(" ")).take(MAX_SYNONYMS).collect();
                    for place in places.iter().flatten() {
                        let Some(asked) = self.asked.get_mut(*place) else { continue };
                        asked.has_synonyms |= !found.is_empty();
                        for synonym in &found {
                            asked.add(synonym.split(' ').map(str::to_owned).collect(), SYNONYM_PERCENT);
                        }
                    }
                }
            }
        }
    }

    /// The terms of all alternatives.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.asked
            .iter()
            .flat_map(|asked| &asked.alternatives)
            .flat_map(|alternative| &alternative.terms)
            .map(String::as_str)
    }
}

/// The stems of a word in each language, the English one first.
pub fn stems(word: &str) -> Vec<String> {
    let mut stems: Vec<String> = LANGUAGES.map(|language| stem(word, language)).into();
    stems.dedup();
    stems
}
