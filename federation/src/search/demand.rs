//! Questions that found nothing or little, in the form in which they are remembered: only words, so that similar questions count as one.

use super::language::Synonyms;
use super::question::Question;

/// Maximum number of words that are remembered of a question.
const MAX_WORDS: usize = 16;
/// The longest word that is remembered, in characters; longer ones are not words of a language.
const MAX_CHARS: usize = 30;
/// Digits from which on a word is left out: it may be a telephone number or a key.
const MANY_DIGITS: usize = 5;

/// A question without its word order, its stop words, and what could be personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalisedQuestion {
    /// The stems of its words in order; equal for similar questions.
    pub stems: String,
    /// Its words as they were asked.
    pub words: String,
}

impl NormalisedQuestion {
    /// The normalised form of a question; `None` if no word is left.
    pub fn of(question: &str) -> Option<Self> {
        let is_word = |word: &str| {
            word.chars().nth(MAX_CHARS).is_none() && word.chars().filter(char::is_ascii_digit).count() < MANY_DIGITS
        };
        let asked = Question::of(question, &Synonyms::default()).asked.into_iter().filter(|asked| is_word(&asked.word));
        let asked: Vec<_> = asked.take(MAX_WORDS).collect();
        let mut stems: Vec<&str> =
            asked.iter().filter_map(|asked| asked.alternatives.first()?.terms.first()).map(String::as_str).collect();
        stems.sort_unstable();
        stems.dedup();
        let words: Vec<&str> = asked.iter().map(|asked| asked.word.as_str()).collect();
        (!words.is_empty()).then(|| Self { stems: stems.join(" "), words: words.join(" ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_are_questions_with_the_same_words() {
        let alike = NormalisedQuestion::of("How do I brew coffee remotely?").expect("words");
        assert_eq!(alike.words, "brew coffee remotely");
        for other in ["remotely brewing the coffee", "COFFEE, brewed remotely!"] {
            assert_eq!(NormalisedQuestion::of(other).expect("words").stems, alike.stems, "{other}");
        }
        assert_ne!(NormalisedQuestion::of("brew tea remotely").expect("words").stems, alike.stems);
    }

    #[test]
    fn what_could_be_personal_is_left_out() {
        let key = "x".repeat(40);
        assert_eq!(
            NormalisedQuestion::of(&format!("send +49 171 5550123 {key} fax")).expect("words").words,
            "send 49 171 fax"
        );
        assert_eq!(NormalisedQuestion::of("5550123"), None);
    }
}
