//! The bearer token.

use federation::token::secret;
use std::fmt;

/// A token that cannot be printed by accident.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// The token in `text` without surrounding white space, which files and CI variables tend to add; `None` if nothing is left.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// True if the token can be sent in a header.
    pub(crate) fn is_sendable(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// True if the token looks like one from a hub but is incomplete or mistyped.
    pub(crate) fn is_broken(&self) -> bool {
        self.0.starts_with(secret::PREFIX) && !secret::is_whole(&self.0)
    }

    /// The secret, for the one place that sends it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn debug_output_hides_the_secret() {
        let token = Token::new(" s3cret\n").unwrap();
        assert_eq!(format!("{token:?}"), "Token(redacted)");
        assert_eq!(token.expose(), "s3cret");
    }
}
