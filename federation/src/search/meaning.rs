//! Finds entries that mean what a question asks for in other words.

use super::language::{DIMENSIONS, Language, is_stop_word, meaning, stem};
use super::words::identifiers;
use serde_json::Value;

/// The share of a question that words answer, in permille, from which meanings are not compared: they would add little,
/// and cost a look at every entry.
pub const ENOUGH_COVERAGE: u64 = 700;

/// Maximum number of entries that are looked at.
pub const MAX_ENTRIES: usize = 50_000;

/// The highest likeness of two meanings.
pub const MAX_LIKENESS: u64 = 10_000;

/// How alike a question and an entry must be to count.
const MIN_LIKENESS: u64 = 2_500;

/// How alike they are if the entry may be what is asked for, although it has hardly a word of the question.
pub const STRONG_LIKENESS: u64 = 5_000;

/// How much the likeness counts relative to the words, in sixteenths.
const LIKENESS_SHARE: u64 = 12;

/// How much the likeness counts if the words answer nothing, in permille.
const MAX_LIKENESS_PERMILLE: u64 = 1_200;

/// How often the words of each part of an entry count.
const IN_NAME: i32 = 2;
const IN_PROSE: i32 = 2;
const IN_TAGS: i32 = 1;
const IN_ID: i32 = 1;

/// Maximum number of words of a text that count.
const MAX_WORDS: u64 = 500;

/// Bytes of a stored meaning: its length as a big-endian number, then the direction as signed bytes.
const MEANING_BYTES: usize = 2 + DIMENSIONS;

/// The sum of what the words of a text mean.
struct Meaning {
    sum: [i32; DIMENSIONS],
    words: u64,
    known: u64,
}

impl Default for Meaning {
    fn default() -> Self {
        Self { sum: [0; DIMENSIONS], words: 0, known: 0 }
    }
}

impl Meaning {
    fn of_entry(entry: &Value) -> Self {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let list =
            |name: &str| entry.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut meaning = Self::default();
        if text("replaced_by").is_empty() {
            meaning.add(text("name"), IN_NAME);
            meaning.add(text("title"), IN_NAME);
            meaning.add(text("summary"), IN_PROSE);
            list("representative_queries").for_each(|question| meaning.add(question, IN_PROSE));
            list("tags").for_each(|tag| meaning.add(tag, IN_TAGS));
            meaning.add(text("id").trim_start_matches("capability."), IN_ID);
        }
        meaning
    }

    fn add(&mut self, text: &str, times: i32) {
        for word in identifiers(text).flatten().filter(|word| !is_stop_word(word)) {
            if self.words >= MAX_WORDS {
                return;
            }
            self.words += 1;
            let Some((weight, direction)) = meaning(&stem(&word, Language::English)) else { continue };
            self.known += 1;
            for (sum, number) in self.sum.iter_mut().zip(direction) {
                *sum += times * weight * number;
            }
        }
    }
    /// The length of its direction, and the direction itself, each number at most 127.
    fn direction(&self) -> (u64, [i8; DIMENSIONS]) {
        let most = self.sum.iter().map(|it| it.abs()).max().unwrap_or_default().max(1);
        let direction = self.sum.map(|it| i8::try_from(it * 127 / most).unwrap_or_default());
        let square: u32 = direction.iter().map(|it| u32::from(it.unsigned_abs()).pow(2)).sum();
        (u64::from(square.isqrt()), direction)
    }

    fn stored(&self) -> Vec<u8> {
        let (length, direction) = self.direction();
        let length = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        length.into_iter().chain(direction.iter().map(|it| it.cast_unsigned())).collect()
    }
}

/// What an entry means, as it is stored: [`MEANING_BYTES`]. An entry with a successor has no meaning, so that it never ranks above it.
pub fn stored_meaning(entry: &Value) -> Vec<u8> {
    Meaning::of_entry(entry).stored()
}

/// What a question asks for, to be compared with entries.
pub struct QuestionMeaning {
    length: u64,
    direction: [i8; DIMENSIONS],
    /// How much the likeness counts, in permille: the less, the more of the question the words answer and the more of its words are unknown.
    counts: u64,
}

impl QuestionMeaning {
    /// For a question of which the words answer the share `coverage`, in permille. `None` if none of its words is known.
    pub fn of(question: &str, coverage: u64) -> Option<Self> {
        let mut meaning = Meaning::default();
        meaning.add(question, 1);
        let (length, direction) = meaning.direction();
        let known = meaning.known * 1000 / meaning.words.max(1);
        let counts = MAX_LIKENESS_PERMILLE.saturating_sub(coverage) * known / 1000 * known / 1000;
        (length > 0 && counts > 0).then_some(Self { length, direction, counts })
    }

    /// For each entry of a source whose score grows: its position, what is added to its score, and its likeness, from
    /// [`MIN_LIKENESS`] to [`MAX_LIKENESS`].
    pub fn compare<'a>(&'a self, stored: &'a [u8]) -> impl Iterator<Item = (u16, u64, u64)> + 'a {
        (0u16..).zip(stored.chunks_exact(MEANING_BYTES)).filter_map(|(position, entry)| {
            let (length, direction) = entry.split_first_chunk::<2>()?;
            let length = u64::from(u16::from_be_bytes(*length));
            let pairs = direction.iter().zip(&self.direction);
            let product: i32 = pairs.map(|(a, b)| i32::from(a.cast_signed()) * i32::from(*b)).sum();
            let likeness = u64::try_from(product).ok()? * MAX_LIKENESS / (self.length * length).max(1);
            let more = self.counts * likeness.checked_sub(MIN_LIKENESS)? * LIKENESS_SHARE / 16_000;
            (more > 0).then_some((position, more, likeness))
        })
    }
}
