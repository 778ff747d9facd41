//! What the search knows of English and German: stems, stop words and synonyms.

mod meanings;
mod stems;
mod stop_words;
mod synonym_table;
mod synonyms;

use super::words;
pub use meanings::{DIMENSIONS, meaning};
pub use stems::{Language, stem};
pub use stop_words::{is_stop_word, language};
pub use synonym_table::MAX_PHRASE_WORDS;
pub use synonyms::{Synonyms, TooManySynonyms};
