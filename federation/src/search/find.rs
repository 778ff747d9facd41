//! The search: from phrasings to ranked matches, over whatever stores the index.

use super::ALL;
use super::guess::{by_beginning, by_halves, by_spelling, halves, trigrams};
use super::language::Synonyms;
use super::meaning::{ENOUGH_COVERAGE, MAX_ENTRIES};
use super::postings::{MEANING, whole_term};
use super::question::{Question, QuestionWord, stems};
use super::rank::{Answered, Ranking};
use super::row::Row;
use std::collections::BTreeSet;
use std::future::Future;

/// What a search reads from the index of one revision.
pub trait Index {
    /// Why the index cannot be read.
    type Error;
    /// The rows of these terms.
    fn rows(&mut self, terms: &[String]) -> impl Future<Output = Result<Vec<Row>, Self::Error>> + Send;
    /// What may be meant by words that no entry has, and which of these terms entries have.
    fn guesses(
        &mut self,
        words: &[Unknown],
        terms: &[String],
    ) -> impl Future<Output = Result<Guesses, Self::Error>> + Send;
    /// The number of entries.
    fn size(&mut self) -> impl Future<Output = Result<usize, Self::Error>> + Send;
}

/// A word that no entry has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The word.
    pub word: String,
    /// Its trigrams; empty if it is too short for typing errors.
    pub trigrams: Vec<String>,
}

/// What may be meant, each list in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guesses {
    /// Terms that begin with a word: the place of the word, and the term.
    pub beginnings: Vec<(usize, String)>,
    /// Spellings that share trigrams with a word.
    pub spellings: Vec<(usize, String)>,
    /// The terms that entries have.
    pub known: Vec<String>,
}

/// Maximum number of words of a question whose meaning is guessed.
const MAX_GUESSED: usize = 8;

/// Ranks the entries of a revision by how well they answer the best of some phrasings; without a phrasing, all entries
/// match. `required` are groups of terms; a match has one of each group.
///
/// # Errors
/// If the index cannot be read.
pub async fn find<I: Index>(
    index: &mut I,
    phrasings: &[String],
    synonyms: &Synonyms,
    required: &[Vec<String>],
) -> Result<Answered, I::Error> {
    let mut questions: Vec<Question> = phrasings.iter().map(|text| Question::of(text, synonyms)).collect();
    let mut terms: BTreeSet<String> = required.iter().flatten().cloned().collect();
    for question in &questions {
        terms.extend(question.terms().map(str::to_owned));
        terms.insert(whole_term(&question.words));
    }
    if terms.is_empty() {
        terms.insert(ALL.to_owned());
    }
    let mut rows = index.rows(&Vec::from_iter(terms.iter().cloned())).await?;
    if questions.is_empty() {
        return Ok(Ranking::of(&[], &rows, 0, required).answered());
    }
    guess(index, &mut questions, &rows).await?;
    let used: BTreeSet<&str> = questions.iter().flat_map(Question::terms).collect();
    let guessed: Vec<String> = used.into_iter().filter(|term| !terms.contains(*term)).map(str::to_owned).collect();
    if !guessed.is_empty() {
        rows.extend(index.rows(&guessed).await?);
    }
    let size = index.size().await?;
    let mut ranking = Ranking::of(&questions, &rows, size, required);
    if ranking.coverage() >= ENOUGH_COVERAGE || size > MAX_ENTRIES {
        return Ok(ranking.answered());
    }
    let meanings = index.rows(&[MEANING.to_owned()]).await?;
    ranking.add_meaning(phrasings, &meanings);
    Ok(ranking.answered())
}

/// Adds ways to answer the words that no entry has.
async fn guess<I: Index>(index: &mut I, questions: &mut [Question], rows: &[Row]) -> Result<(), I::Error> {
    let known: BTreeSet<&str> = rows.iter().map(|row| row.term.as_str()).collect();
    let is_known = |asked: &QuestionWord| {
        asked.alternatives.iter().any(|alternative| alternative.terms.iter().all(|term| known.contains(term.as_str())))
    };
    let unknown = questions.iter_mut().flat_map(|question| &mut question.asked).filter(|asked| !is_known(asked));
    let mut unknown: Vec<&mut QuestionWord> = unknown.take(MAX_GUESSED).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let parts = unknown.iter().flat_map(|asked| halves(&asked.word)).flat_map(|(left, right)| [left, right]);
    let parts: BTreeSet<String> = parts.flat_map(|part| stems(&part)).collect();
    let words: Vec<Unknown> = unknown
        .iter()
        .map(|asked| Unknown {
            word: asked.word.clone(),
            trigrams: if asked.has_synonyms { Vec::new() } else { trigrams(&asked.word) },
        })
        .collect();
    let Guesses { beginnings, spellings, known } = index.guesses(&words, &Vec::from_iter(parts)).await?;
    for (place, asked) in unknown.iter_mut().enumerate() {
        let of = |list: &[(usize, String)]| -> Vec<String> {
            list.iter().filter(|(at, _)| *at == place).map(|(_, word)| word.clone()).collect()
        };
        by_halves(asked, |term| known.iter().any(|known| known == term));
        by_spelling(asked, &of(&spellings));
        by_beginning(asked, of(&beginnings));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use serde_json::json;
    use std::convert::Infallible;

    /// An index of one entry that says how large it is, and remembers what it was asked for.
    struct Recorded {
        size: usize,
        asked: Vec<String>,
    }

    impl Index for Recorded {
        type Error = Infallible;

        async fn rows(&mut self, terms: &[String]) -> Result<Vec<Row>, Infallible> {
            self.asked.extend(terms.iter().cloned());
            let entry = json!({"id": "a", "name": "Weather forecast"});
            let postings = super::super::postings::postings([&entry]);
            let found = terms.iter().filter_map(|term| Some((term, postings.get(term)?)));
            let row = |(term, posting): (&String, &super::super::Posting)| Row {
                term: term.clone(),
                fragment: 1,
                repo: "r".to_owned(),
                is_admitted: true,
                entries: posting.entries.clone(),
            };
            Ok(found.map(row).collect())
        }

        async fn guesses(&mut self, _: &[Unknown], _: &[String]) -> Result<Guesses, Infallible> {
            Ok(Guesses::default())
        }

        async fn size(&mut self) -> Result<usize, Infallible> {
            Ok(self.size)
        }
    }

    #[test]
    fn meanings_are_read_only_where_words_answer_badly_and_entries_are_not_too_many() {
        // The entry has no word of the first question.
        for (question, size, is_read) in [
            ("snowy winter days", 1, true),
            ("snowy winter days", MAX_ENTRIES, true),
            ("snowy winter days", MAX_ENTRIES + 1, false),
            ("weather forecast", 1, false),
        ] {
            let mut index = Recorded { size, asked: Vec::new() };
            let (asked, synonyms) = ([question.to_owned()], Synonyms::default());
            let answered = find(&mut index, &asked, &synonyms, &[]).now_or_never();
            let answered = answered.expect("no waiting").expect("an answer");
            assert_eq!(index.asked.iter().any(|term| term == MEANING), is_read, "{question}, {size}");
            assert_eq!(answered.matches.is_empty(), size > MAX_ENTRIES, "{question}, {size}");
        }
    }
}
