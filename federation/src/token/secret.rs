//! The form of a token's secret: `rs_`, 64 hex digits of 256 random bits, and 8 of a checksum.
//!
//! The prefix and the checksum are for people and for scanners: a secret that was published by accident is found without false
//! alarms, and one that was cut short is told from one that is wrong. Neither makes it harder or easier to guess.

use crate::digest::Digest;

/// What every secret begins with.
pub const PREFIX: &str = "rs_";

const RANDOM_DIGITS: usize = 64;
const CHECK_DIGITS: usize = 8;

/// The secret made of these random bits.
pub fn from_random(bits: [u8; RANDOM_DIGITS / 2]) -> String {
    use std::fmt::Write as _;
    let mut secret = String::with_capacity(PREFIX.len() + RANDOM_DIGITS + CHECK_DIGITS);
    secret.push_str(PREFIX);
    for byte in bits {
        // Writing into a String cannot fail.
        let _ = write!(secret, "{byte:02x}");
    }
    let checksum = checksum(&secret);
    secret.push_str(&checksum);
    secret
}

/// Whether `text` is a secret in full, by its form and its checksum.
pub fn is_whole(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(PREFIX) else { return false };
    digits.len() == RANDOM_DIGITS + CHECK_DIGITS
        && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        && text.split_at_checked(PREFIX.len() + RANDOM_DIGITS).is_some_and(|(random, found)| checksum(random) == found)
}

fn checksum(random: &str) -> String {
    Digest::of(random.as_bytes()).hex().get(..CHECK_DIGITS).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_form_and_its_checksum() {
        let secret = from_random([0xab; 32]);
        assert_eq!(secret.len(), 75);
        assert!(secret.starts_with("rs_abab") && is_whole(&secret), "{secret}");
        for cut in 0..secret.len() {
            assert!(!is_whole(&secret[..cut]), "{cut}");
        }
        for (wrong, why) in [
            (secret.replacen("ab", "ac", 1), "a digit is wrong"),
            (secret.replacen("ab", "AB", 1), "upper case"),
            (format!("{secret}0"), "longer"),
            (secret.replacen("rs_", "gh_", 1), "another prefix"),
            (format!("rs_{}", "é".repeat(36)), "no digits"),
        ] {
            assert!(!is_whole(&wrong), "{why}");
        }
    }
}
