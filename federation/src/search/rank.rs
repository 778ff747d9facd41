//! Ranks the entries that answer a question. Only integers are used, and only what the searched revision contains, so the
//! order is the same on every hub and in every database.

use super::SortKey;
use super::meaning::QuestionMeaning;
use super::question::Question;
use super::row::Row;
use super::weigh::{EntryScore, Table, WeighedWords};
use std::collections::{HashMap, HashSet};

/// How many of the best matches are considered for [`Answered::coverage`].
const COVERAGE_MATCHES: usize = 3;

/// A match whose score is below this share of the best one, in percent, is no match.
const MIN_SHARE_OF_BEST: u64 = 15;

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its place in the order of results.
    pub place: SortKey,
    /// The number of the source's index in the database.
    pub fragment: i64,
    /// The phrasing that it answers best, and which words of it: one bit each.
    by: (usize, u32),
}

/// How a revision answers a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// The matches, best first; equal ones by repo and position.
    pub matches: Vec<Match>,
    /// The share of the question that the best matches answer, in permille.
    pub coverage: u64,
    /// How alike the question and the best match are in meaning, up to [`super::meaning::MAX_LIKENESS`]; 0 if the words sufficed.
    pub likeness: u64,
    /// Words that no entry answers.
    pub unmatched: Vec<String>,
    /// Words and the spellings that were taken for them.
    pub corrected: Vec<(String, String)>,
    /// Words that do not count, since others matter more.
    pub dropped: Vec<String>,
    /// The words that count, of each phrasing.
    words: Vec<Vec<String>>,
}

impl Answered {
    /// The words of the question that a match answers.
    pub fn matched(&self, it: &Match) -> Vec<&str> {
        let (phrasing, mask) = it.by;
        let words = self.words.get(phrasing).into_iter().flatten().zip(0..u32::BITS);
        words.filter(|(_, bit)| mask & (1 << bit) != 0).map(|(word, _)| word.as_str()).collect()
    }
}

/// The entries that answer a question, ranked.
pub struct Ranking<'a> {
    weighed: Vec<WeighedWords>,
    /// The best first, whatever their share of the best score.
    scored: Vec<Scored<'a>>,
    /// The entries that have a term of each required group; none if nothing is required.
    eligible: Option<HashSet<(i64, u16)>>,
    coverage: u64,
    likeness: u64,
}

impl<'a> Ranking<'a> {
    /// Ranks what `rows` contain by these phrasings: an entry counts by the one that it answers best. There are `size`
    /// entries in the revision; a match has one of each group of terms in `required`.
    pub fn of(phrasings: &[Question], rows: &'a [Row], size: usize, required: &[Vec<String>]) -> Self {
        let table = Table::of(rows);
        let weighed: Vec<WeighedWords> =
            phrasings.iter().map(|question| WeighedWords::of(question, &table, size)).collect();
        let columns = |group: &Vec<String>| -> Vec<usize> {
            group.iter().filter_map(|term| table.columns.get(term.as_str()).copied()).collect()
        };
        let required: Vec<Vec<usize>> = required.iter().map(columns).collect();
        let mut eligible = (!required.is_empty()).then(HashSet::new);
        let mut scored: Vec<Scored<'_>> = Vec::new();
        table.each(|row, position, points| {
            let has = |column: &usize| points.get(*column).is_some_and(|points| *points > 0);
            if !row.is_admitted || !required.iter().all(|group| group.iter().any(has)) {
                return;
            }
            if let Some(eligible) = &mut eligible {
                eligible.insert((row.fragment, position));
            }
            let sums = weighed.iter().map(|question| question.sum(points)).enumerate();
            let (phrasing, sum) = sums.rev().max_by_key(|(_, sum)| sum.score).unwrap_or_default();
            if sum.score > 0 || weighed.is_empty() {
                scored.push(Scored { sum, phrasing, row, position });
            }
        });
        sort(&mut scored);
        let coverage = scored.iter().take(COVERAGE_MATCHES).map(|it| it.sum.coverage).max().unwrap_or_default();
        Self { weighed, scored, eligible, coverage, likeness: 0 }
    }

    /// The share of the question that the words of the best matches answer, in permille.
    pub fn coverage(&self) -> u64 {
        self.coverage
    }

    /// Adds how alike the entries are in meaning to the phrasings: `rows` are those of [`super::postings::MEANING`].
    pub fn add_meaning(&mut self, phrasings: &[String], rows: &'a [Row]) {
        let sought = phrasings.iter().map(|phrasing| QuestionMeaning::of(phrasing, self.coverage));
        let sought: Vec<(usize, QuestionMeaning)> = (0..).zip(sought).filter_map(|(at, it)| Some((at, it?))).collect();
        let mut alike: HashMap<(i64, u16), Scored<'a>> = HashMap::new();
        for row in rows.iter().filter(|row| row.is_admitted) {
            for (phrasing, sought) in &sought {
                for (position, score, likeness) in sought.compare(&row.entries) {
                    let place = (row.fragment, position);
                    if self.eligible.as_ref().is_some_and(|eligible| !eligible.contains(&place)) {
                        continue;
                    }
                    self.likeness = self.likeness.max(likeness);
                    let sum = EntryScore { score, ..EntryScore::default() };
                    let it = alike.entry(place).or_insert(Scored { sum, phrasing: *phrasing, row, position });
                    it.sum.score = it.sum.score.max(score);
                }
            }
        }
        for it in &mut self.scored {
            it.sum.score += alike.remove(&(it.row.fragment, it.position)).map_or(0, |alike| alike.sum.score);
        }
        self.scored.extend(alike.into_values());
        sort(&mut self.scored);
    }

    /// The matches, and what is to be said of the words.
    pub fn answered(mut self) -> Answered {
        let best = self.scored.first().map_or(0, |it| it.sum.score);
        self.scored.retain(|it| it.sum.score * 100 >= best * MIN_SHARE_OF_BEST);
        let told = self.weighed.get(self.scored.first().map_or(0, |it| it.phrasing));
        Answered {
            matches: self.scored.iter().map(Scored::to_match).collect(),
            coverage: self.coverage,
            likeness: self.likeness,
            unmatched: told.map(|it| it.unmatched.clone()).unwrap_or_default(),
            corrected: told.map(|it| it.corrected.clone()).unwrap_or_default(),
            dropped: told.map(|it| it.dropped.clone()).unwrap_or_default(),
            words: self.weighed.into_iter().map(|it| it.words.into_iter().map(|word| word.word).collect()).collect(),
        }
    }
}

/// The best first, equal ones by repo and position.
fn sort(scored: &mut [Scored<'_>]) {
    scored.sort_unstable_by(|a, b| {
        b.sum.score.cmp(&a.sum.score).then_with(|| a.row.repo.cmp(&b.row.repo)).then(a.position.cmp(&b.position))
    });
}

struct Scored<'a> {
    sum: EntryScore,
    phrasing: usize,
    row: &'a Row,
    position: u16,
}

impl Scored<'_> {
    fn to_match(&self) -> Match {
        let Self { sum, phrasing, row, position } = self;
        let score = u32::try_from(sum.score).unwrap_or(u32::MAX);
        let place = SortKey { score, repo: row.repo.clone(), position: (*position).into() };
        Match { place, fragment: row.fragment, by: (*phrasing, sum.mask) }
    }
}
