//! Splits text into words, the common form of entries and queries.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

/// The words of a text in order: runs of letters and digits in lower case, without accents and other marks. All other
/// characters separate words. In scripts without spaces, each character is a word.
pub fn words(text: &str) -> Vec<String> {
    let marks = CanonicalCombiningClassMapBorrowed::new();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    // Lower-cased after normalisation: a compatibility form such as `№` decomposes into capitals.
    for c in DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(text.chars()).flat_map(char::to_lowercase) {
        match c {
            'ß' => word.push_str("ss"),
            'ς' => word.push('σ'),
            c if c.is_alphanumeric() && is_written_without_spaces(c) => {
                end(&mut word);
                word.push(c);
                end(&mut word);
            }
            c if c.is_alphanumeric() => word.push(c),
            c if marks.get_u8(c) != 0 => {}
            _ => end(&mut word),
        }
    }
    end(&mut word);
    words
}

/// The words of each identifier of a text, in order: what stands between spaces, split at punctuation and where a capital
/// begins a word.
pub fn identifiers(text: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    text.split_whitespace().map(|chunk| words(&spaced(chunk))).filter(|words| !words.is_empty())
}

/// The text with a space before each capital that begins a word: `geocodeAddress`, `HTTPServer`, `GitHub`, but not `iOS`
/// or `IDs`.
fn spaced(chunk: &str) -> String {
    let chars: Vec<char> = chunk.chars().collect();
    let mut spaced = String::with_capacity(chunk.len() + 4);
    let mut begun = 0;
    for (at, &c) in chars.iter().enumerate() {
        let is_lower = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_lowercase());
        let begins = c.is_uppercase() && (is_lower(at.checked_sub(1)) || is_lower(Some(at + 1)));
        let is_plural = chars.get(at + 1) == Some(&'s') && !chars.get(at + 2).is_some_and(|c| c.is_alphanumeric());
        if begins && at >= begun + 2 && !is_plural {
            spaced.push(' ');
            begun = at;
        }
        if !c.is_alphanumeric() {
            begun = at + 1;
        }
        spaced.push(c);
    }
    spaced
}

/// Chinese characters and kana.
fn is_written_without_spaces(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_letters_and_digits_without_case_and_accents() {
        for (text, expected) in [
            ("capability.state_hub-v2", "capability state hub v2"),
            ("Größe, CAFÉ, cafe\u{301} & Ελλάς", "grosse cafe cafe ελλασ"),
            ("ΕΛΛΆΣ Ｆｕｌｌ №5 İx", "ελλασ full no5 ix"),
            ("日本語のtext", "日 本 語 の text"),
            ("हिन्दी", "हिनदी"),
            ("100% _a_ \"x\" -- ' %", "100 a x"),
            (" ++ \u{0} …", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn of_identifiers_are_split() {
        for (text, expected) in [
            ("geocodeAddress rate-limit", "geocode+address rate+limit"),
            ("HTTPServer GitHub iOS OAuth2 IDs APIs.", "http+server git+hub ios oauth2 ids apis"),
            ("calculateSalesTax() state.lease_v2", "calculate+sales+tax state+lease+v2"),
            (" -- ", ""),
        ] {
            let found: Vec<String> = identifiers(text).map(|words| words.join("+")).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn of_words_are_the_words() {
        let every_character = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
        for c in every_character {
            let once = words(&format!("a{c}b"));
            assert_eq!(words(&once.join(" ")), once, "{c:?}");
            assert!(once.iter().all(|w| w.chars().all(char::is_alphanumeric)), "{c:?}: {once:?}");
        }
    }
}
