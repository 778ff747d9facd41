//! The format of a token's secret: `rs_`, 64 hex digits for 256 random bits, and 8 for a checksum.
//!
//! The prefix and the checksum help people and scanners: they find a secret published by accident without false alarms,
//! and tell a truncated secret from a wrong one. Neither makes it harder or easier to guess.

use crate::digest::{Digest, hex};

/// The prefix of every secret.
pub const PREFIX: &str = "rs_";

const RANDOM_DIGITS: usize = 64;
const CHECK_DIGITS: usize = 8;

/// Creates a secret from these random bits.
pub fn from_random(bits: [u8; RANDOM_DIGITS / 2]) -> String {
    let random = format!("{PREFIX}{}", hex(&bits));
    let checksum = checksum(&random);
    random + &checksum
}

/// Whether `text` is a complete secret with a valid format and checksum.
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
