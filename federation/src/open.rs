//! Enumerations that a later version may extend.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A variant that this version knows, or the text of one that it does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Open<T> {
    /// A variant of this version.
    Known(T),
    /// A variant of a later version.
    Unknown(String),
}

/// An enumeration whose variants have names in the API.
pub trait Variant: Copy {
    /// The name in the API.
    fn as_str(self) -> &'static str;
}

/// Declares an enumeration and the names of its variants in the API, which JSON, its schema and [`Variant::as_str`] share.
#[macro_export]
macro_rules! variants {
    ($(#[$attribute:meta])* pub enum $enum:ident { $($(#[$note:meta])* $variant:ident = $name:tt,)* }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$attribute])*
        pub enum $enum { $($(#[$note])* #[serde(rename = $name)] $variant,)* }

        impl $enum {
            /// Every variant.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl $crate::open::Variant for $enum {
            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

impl<T: Variant> Open<T> {
    /// The name in the API.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Unknown(text) => text,
        }
    }
}

impl<T: PartialEq> Open<T> {
    /// Whether this is `variant`.
    pub fn is(&self, variant: T) -> bool {
        matches!(self, Self::Known(known) if *known == variant)
    }
}

impl<T> From<T> for Open<T> {
    fn from(known: T) -> Self {
        Self::Known(known)
    }
}

impl<T: Variant> fmt::Display for Open<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<T: Default> Default for Open<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::State;

    #[test]
    fn a_variant_of_a_later_version_is_kept() {
        for (text, known) in [("\"stale\"", Some(State::Stale)), ("\"moulded\"", None)] {
            let read: Open<State> = serde_json::from_str(text).unwrap();
            assert_eq!(matches!(read, Open::Known(_)), known.is_some());
            assert_eq!(
                (serde_json::to_string(&read).unwrap(), format!("\"{read}\"")),
                (text.to_owned(), text.to_owned())
            );
        }
    }
}
