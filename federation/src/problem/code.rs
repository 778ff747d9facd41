//! The code of a kind of problem.

use super::Kind;
use crate::bounded::Bounded;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;

/// The code of a [`Kind`], in at most 64 characters. A new one can only be made from a kind, so that nothing is sent that the table lacks. One
/// that is read from JSON or from the database may be a code of another version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Bounded<64>);

impl Code {
    /// A code that was stored, possibly by another version.
    pub fn stored(text: String) -> Self {
        Self(text.into())
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<&'static Kind> for Code {
    fn from(kind: &'static Kind) -> Self {
        Self(kind.code.into())
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq<Kind> for Code {
    fn eq(&self, kind: &Kind) -> bool {
        **self == *kind.code
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, code: &&str) -> bool {
        **self == **code
    }
}
