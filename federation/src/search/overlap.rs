//! Near-duplicates: capabilities of different repos that seem to do the same.
//!
//! Two entries overlap as far as each answers the words of the other, rare words and words of id, name and tags counting more. Synonyms
//! answer too, so a description in English can overlap with one in German.

use super::language::Synonyms;
use super::postings::{MAX_POINTS, word_points};
use super::question::{EXACT_PERCENT, Question, QuestionWord};
use super::row::Row;
use super::weigh::rarity;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The score from which on two capabilities overlap, in percent.
pub const MIN_OVERLAP: u64 = 44;

/// Maximum number of overlaps that are kept of a capability, the closest ones.
pub const MAX_OVERLAPS: usize = 5;

/// Maximum number of words of an overlap that are named.
const MAX_SHARED: usize = 8;

/// Maximum number of entries that are compared with one because they have the rarest of its words.
const MAX_CANDIDATES: usize = 8;

/// What an entry is about.
#[derive(Clone, Debug)]
pub struct Profile {
    words: Vec<Word>,
    points: BTreeMap<String, u8>,
}

#[derive(Clone, Debug)]
struct Word {
    asked: QuestionWord,
    /// Its own term in the entry, and the points of that.
    term: String,
    points: u8,
}

/// How often terms occur.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// The number of entries that have a term.
    pub entries: BTreeMap<String, u64>,
    /// The number of all entries.
    pub size: u64,
}

/// How much two entries overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// How much of each is answered by the other, in percent.
    pub score: u64,
    /// The words of the first that the second answers, the most distinctive first.
    pub words: Vec<String>,
}

impl Profile {
    /// The profile of an entry; `None` if it is deprecated, since an overlap with it will disappear.
    pub fn of(entry: &Value, synonyms: &Synonyms) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("status").eq_ignore_ascii_case("deprecated") {
            return None;
        }
        let id = text("id").strip_prefix("capability.").unwrap_or_default();
        let tags = entry.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut parts = vec![text("name"), text("title"), id];
        parts.extend(tags);
        parts.push(text("summary"));
        let points = word_points(entry);
        let words = Question::of(&parts.join(" "), synonyms).asked.into_iter().filter_map(|asked| {
            let own = asked
                .alternatives
                .iter()
                .filter(|alternative| alternative.quality == EXACT_PERCENT)
                .flat_map(|alternative| &alternative.terms);
            let (points, term) = own.filter_map(|term| Some((*points.get(term)?, term.clone()))).max()?;
            Some(Word { asked, term, points })
        });
        Some(Self { words: words.collect(), points })
    }

    /// The terms by which entries that overlap with this one are found.
    pub fn terms(&self) -> Vec<String> {
        let terms =
            self.words.iter().flat_map(|word| &word.asked.alternatives).flat_map(|alternative| &alternative.terms);
        BTreeSet::from_iter(terms.cloned()).into_iter().collect()
    }

    /// Its own words as terms, whose counts are needed to compare it.
    pub fn own_terms(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.term.as_str())
    }

    /// The entries of other repos to compare it with: fragment and position of those that have the rarest of its words.
    /// `rows` are those of [`Self::terms`].
    pub fn candidates(&self, repo: &str, rows: &[Row], size: u64) -> Vec<(i64, u32)> {
        let mut by_term = BTreeMap::<&str, Vec<&Row>>::new();
        for row in rows {
            by_term.entry(&row.term).or_default().push(row);
        }
        let mut sums = BTreeMap::<(i64, u16), u64>::new();
        for word in &self.words {
            let terms: BTreeSet<&String> =
                word.asked.alternatives.iter().flat_map(|alternative| &alternative.terms).collect();
            let rows: Vec<&Row> =
                terms.into_iter().filter_map(|term| by_term.get(term.as_str())).flatten().copied().collect();
            let with: BTreeSet<(i64, u16)> =
                rows.iter().flat_map(|row| row.positions().map(|position| (row.fragment, position))).collect();
            let own: BTreeSet<i64> = rows.iter().filter(|row| row.repo == repo).map(|row| row.fragment).collect();
            let count = u64::try_from(with.len()).unwrap_or(u64::MAX);
            let weight = rarity(size, count.min(size)) * u64::from(word.points);
            for place in with.into_iter().filter(|(fragment, _)| !own.contains(fragment)) {
                *sums.entry(place).or_default() += weight;
            }
        }
        let mut sums: Vec<((i64, u16), u64)> = sums.into_iter().collect();
        sums.sort_by_key(|(place, sum)| (Reverse(*sum), *place));
        sums.into_iter().take(MAX_CANDIDATES).map(|((fragment, position), _)| (fragment, position.into())).collect()
    }

    /// Compares it with another; `None` if they do not overlap enough.
    pub fn overlap(&self, other: &Self, counts: &Counts) -> Option<Overlap> {
        let (there, mut gains) = self.answered_by(other, counts);
        let (back, _) = other.answered_by(self, counts);
        let score = (there * back).isqrt() / 10;
        gains.sort_by_key(|(gain, word)| (Reverse(*gain), word.clone()));
        let words = gains.into_iter().take(MAX_SHARED).map(|(_, word)| word).collect();
        (score >= MIN_OVERLAP).then_some(Overlap { score, words })
    }

    /// The share of its words that another entry answers, in permille, and what each answered word adds to that.
    fn answered_by(&self, other: &Self, counts: &Counts) -> (u64, Vec<(u64, String)>) {
        let (mut gained, mut all, mut gains) = (0, 0, Vec::new());
        for word in &self.words {
            let own = u64::from(word.points).max(1);
            let count = counts.entries.get(&word.term).copied().unwrap_or_default();
            let weight = rarity(counts.size, count.min(counts.size)) * own * own;
            all += weight;
            let answer = |terms: &[String]| {
                terms.iter().map(|term| other.points.get(term).copied().unwrap_or_default()).min().unwrap_or(MAX_POINTS)
            };
            let alternatives = word.asked.alternatives.iter();
            let best = alternatives
                .map(|alternative| {
                    (u64::from(answer(&alternative.terms)) * u64::from(alternative.quality)).min(own * 100)
                })
                .max();
            let gain = weight * best.unwrap_or_default() / (own * 100);
            gained += gain;
            if gain > 0 {
                gains.push((gain, word.asked.word.clone()));
            }
        }
        (gained * 1000 / all.max(1), gains)
    }
}
