//! New secrets.

use crate::problem::{Problem, kinds};
use federation::token::secret;

/// A secret that nobody can guess.
///
/// # Errors
/// `internal` without randomness. Unlike a request id, a secret must never be made without it.
pub fn new() -> Result<String, Problem> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|error| {
        Problem::new(&kinds::INTERNAL, "The hub cannot generate a secret now; nothing was written. Try again.")
            .internal(error.to_string())
    })?;
    Ok(secret::from_random(bits))
}
