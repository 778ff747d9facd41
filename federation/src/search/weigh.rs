//! The words of a question by their rarity, and how well an entry answers them.

use super::question::{Question, QuestionWord};
use super::row::Row;
use super::{posting, postings};
use std::collections::{BTreeMap, HashMap};

/// The score of an entry that consists of the question.
pub const MAX_SCORE: u64 = 10_000;

/// Maximum number of words of a question that count: the rarest ones.
const MAX_COUNTED_WORDS: usize = 16;

/// How much of the score does not depend on the share of the question that an entry answers, in permille of that share.
const WITHOUT_COVERAGE: u64 = 400;

/// What an entry gets whose id or name consists of the words of the question.
const WHOLE_NAME_SCORE: u64 = 5_000;

/// The rows by entry: each term has a column.
pub struct Table<'a> {
    /// The column of each term.
    pub columns: HashMap<&'a str, usize>,
    by_fragment: BTreeMap<i64, Vec<&'a Row>>,
}

impl<'a> Table<'a> {
    /// Sorts the rows.
    pub fn of(rows: &'a [Row]) -> Self {
        let mut columns = HashMap::new();
        let mut by_fragment = BTreeMap::<i64, Vec<&Row>>::new();
        for row in rows {
            let next = columns.len();
            columns.entry(row.term.as_str()).or_insert(next);
            by_fragment.entry(row.fragment).or_default().push(row);
        }
        Self { columns, by_fragment }
    }

    /// Calls `visit` for each entry with its points in each column.
    pub fn each(&self, mut visit: impl FnMut(&'a Row, u16, &[u8])) {
        let mut points = vec![0u8; self.columns.len()];
        let mut cells: Vec<(u16, usize, u8)> = Vec::new();
        for rows in self.by_fragment.values() {
            cells.clear();
            for row in rows {
                let Some(column) = self.columns.get(row.term.as_str()) else { continue };
                cells.extend(posting::read(&row.entries).map(|(position, points)| (position, *column, points)));
            }
            cells.sort_unstable();
            let Some(row) = rows.first() else { continue };
            for entry in cells.chunk_by(|a, b| a.0 == b.0) {
                points.fill(0);
                for (_, column, value) in entry {
                    if let Some(cell) = points.get_mut(*column) {
                        *cell = *value;
                    }
                }
                visit(row, entry.first().map_or(0, |cell| cell.0), &points);
            }
        }
    }
}

/// The words of a phrasing with their weights.
#[derive(Default)]
pub struct WeighedWords {
    /// The words that count.
    pub words: Vec<WeighedWord>,
    /// The sum of all weights, also of words that no entry answers.
    all: u64,
    /// The column of the whole id or name.
    whole: Option<usize>,
    /// The words that no entry answers.
    pub unmatched: Vec<String>,
    /// The words that were corrected, each with the spelling used instead.
    pub corrected: Vec<(String, String)>,
    /// The words that do not count, since others matter more.
    pub dropped: Vec<String>,
}

/// A word that counts.
pub struct WeighedWord {
    /// The word.
    pub word: String,
    weight: u64,
    alternatives: Vec<(Vec<usize>, u32)>,
}

/// How well an entry answers a question.
#[derive(Clone, Copy, Default)]
pub struct EntryScore {
    /// What it is ranked by.
    pub score: u64,
    /// The share of the question that it answers, in permille.
    pub coverage: u64,
    /// Which words it answers: one bit each.
    pub mask: u32,
}

impl WeighedWords {
    /// Weighs the words of a question by how few of `size` entries answer them.
    pub fn of(question: &Question, table: &Table<'_>, size: usize) -> Self {
        let column = |term: &String| table.columns.get(term.as_str()).copied();
        let known = |asked: &QuestionWord| -> Vec<(Vec<usize>, u32, Option<String>)> {
            let alternatives = asked.alternatives.iter();
            alternatives
                .filter_map(|alternative| {
                    let columns = alternative.terms.iter().map(column).collect::<Option<Vec<_>>>()?;
                    Some((columns, alternative.quality, alternative.corrected.clone()))
                })
                .collect()
        };
        let alternatives: Vec<_> = question.asked.iter().map(known).collect();
        let mut counts = vec![0u64; alternatives.len()];
        table.each(|_, _, points| {
            for (count, alternatives) in counts.iter_mut().zip(&alternatives) {
                *count += u64::from(alternatives.iter().any(|(columns, ..)| least(columns, points) > 0));
            }
        });
        let size = u64::try_from(size).unwrap_or(u64::MAX / 4);
        let mut words: Vec<(u64, usize, u64)> =
            counts.iter().enumerate().map(|(at, count)| (rarity(size, *count), at, *count)).collect();
        // Words that nothing answers are the rarest, but must not displace words that something answers.
        words.sort_by_key(|(weight, at, count)| (*count == 0, std::cmp::Reverse(*weight), *at));
        let mut weighed = Self { dropped: question.dropped.clone(), ..Self::default() };
        for (_, at, _) in words.split_off(words.len().min(MAX_COUNTED_WORDS)) {
            weighed.dropped.extend(question.asked.get(at).map(|asked| asked.word.clone()));
        }
        words.sort_by_key(|(_, at, _)| *at);
        for (weight, at, count) in words {
            let (Some(asked), Some(alternatives)) = (question.asked.get(at), alternatives.get(at)) else { continue };
            weighed.all += weight;
            if count == 0 {
                weighed.unmatched.push(asked.word.clone());
            } else if let Some(spelling) = alternatives.iter().find_map(|(.., corrected)| corrected.clone()) {
                weighed.corrected.push((asked.word.clone(), spelling));
            }
            let alternatives = alternatives.iter().map(|(columns, quality, _)| (columns.clone(), *quality)).collect();
            weighed.words.push(WeighedWord { word: asked.word.clone(), weight, alternatives });
        }
        weighed.whole = column(&postings::whole_term(&question.words));
        weighed
    }

    /// How well an entry with these points in each column answers.
    pub fn sum(&self, points: &[u8]) -> EntryScore {
        let mut sum = EntryScore::default();
        let (mut gained, mut covered) = (0, 0);
        for (at, word) in self.words.iter().enumerate() {
            let best = word
                .alternatives
                .iter()
                .map(|(columns, quality)| (u64::from(least(columns, points)) * u64::from(*quality), *quality))
                .max()
                .filter(|(points, _)| *points > 0);
            if let Some((points, quality)) = best {
                gained += word.weight * points;
                covered += word.weight * u64::from(quality);
                sum.mask |= 1 << at.min(31);
            }
        }
        let most = self.all.max(1) * 100;
        sum.coverage = covered * 1000 / most;
        let share = gained * MAX_SCORE / (most * u64::from(postings::MAX_POINTS));
        sum.score = share * (WITHOUT_COVERAGE + sum.coverage) / (WITHOUT_COVERAGE + 1000);
        let whole = self.whole.and_then(|column| points.get(column)).copied().unwrap_or_default();
        sum.score += WHOLE_NAME_SCORE * u64::from(whole) / u64::from(postings::MAX_POINTS);
        sum
    }
}

/// The least points of these columns: an alternative answers as well as its weakest term.
fn least(columns: &[usize], points: &[u8]) -> u8 {
    columns.iter().map(|column| points.get(*column).copied().unwrap_or_default()).min().unwrap_or_default()
}

/// The weight of a word that `count` of `size` entries answer: log₂ of their ratio, times 256.
pub fn rarity(size: u64, count: u64) -> u64 {
    log2(2 * size + 2).saturating_sub(log2(2 * count + 1)).max(1)
}

/// 256 times the logarithm to the base of two, rounded down.
fn log2(number: u64) -> u64 {
    let whole = u64::from(number.max(1).ilog2());
    // 1 ≤ mantissa < 2, times 2^32; each squaring yields one more bit.
    let mut mantissa = (u128::from(number.max(1)) << 32) >> whole;
    let mut fraction = 0;
    for _ in 0..8 {
        mantissa = (mantissa * mantissa) >> 32;
        fraction <<= 1;
        if mantissa >= 2 << 32 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    whole * 256 + fraction
}
