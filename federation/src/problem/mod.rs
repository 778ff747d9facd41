//! Every code that the hub, its host and the checks report, with its meaning and remedy. The HTTP
//! responses, `/problems`, the OpenAPI document and the command line share this table;
//! `specs/FederationHubAPI.md` repeats the remedies.

/// Declares each kind of one place once, as a constant and as an entry of the list.
macro_rules! kinds {
    ($place:ident: $($name:ident = $code:literal: $title:literal, $meaning:literal, $remedy:expr;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title, ".")]
            pub static $name: $crate::problem::Kind = $crate::problem::Kind {
                code: $code,
                place: $crate::problem::Place::$place,
                status: None,
                title: $title,
                meaning: $meaning,
                remedy: $remedy,
            };
        )*
        pub(super) static ALL: &[&$crate::problem::Kind] = &[$(&$name),*];
    };
}

pub mod answers;
pub mod catalogues;
pub mod fields;
pub mod indexes;
pub mod sources;

use crate::bounded::Code;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// Where a code occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// `code` of a response of the hub.
    Answer,
    /// `code` of a response that `reuse-surface serve` sends in place of the hub.
    Host,
    /// An entry of `errors` under `invalid-registration`, `invalid-catalogue` or `invalid-token-request`.
    Field,
    /// `reason` of a source whose index did not arrive, or is held, and of a catalogue.
    Source,
    /// `reason` of a source whose index is not valid, and `code` of a diagnostic.
    Index,
}

/// One kind of problem. Its code never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemKind)]
pub struct Kind {
    /// Stable, in kebab-case; the last part of `type`. Unique within its place.
    pub code: &'static str,
    /// Where it occurs.
    pub place: Place,
    /// HTTP status of a response; null for a problem reported inside one.
    #[schema(required)]
    pub status: Option<u16>,
    /// The kind of problem, in a few words.
    pub title: &'static str,
    /// How it occurs.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Kinds with a status of 500 and above that are not failures of the hub: it has no data yet,
/// or none as fresh as requested, or somebody else does not answer.
const ASKED_FOR: [&Kind; 6] = [
    &answers::BEHIND,
    &answers::NOTHING_PUBLISHED,
    &answers::REFRESH_RUNNING,
    &answers::TOO_MANY_STREAMS,
    &answers::TOO_STALE,
    &answers::ISSUER_UNAVAILABLE,
];

impl Kind {
    /// Whether a response of this kind reports a failure of the hub, not of the client or of the requested data.
    pub fn is_failure(&self) -> bool {
        self.status.is_some_and(|status| status >= 500) && !ASKED_FOR.iter().any(|kind| kind.code == self.code)
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        (self.code, self.place) == (other.code, other.place)
    }
}

impl Eq for Kind {}

impl PartialEq<str> for Kind {
    fn eq(&self, code: &str) -> bool {
        self.code == code
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl From<&Kind> for Code {
    fn from(kind: &Kind) -> Self {
        kind.code.into()
    }
}

/// All kinds: those of responses, then those reported inside them.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    [answers::ALL, fields::ALL, sources::ALL, indexes::ALL, catalogues::ALL].into_iter().flatten().copied()
}

/// The kinds with this code: none, one, or one for each place where the code is used.
pub fn find(code: &str) -> impl Iterator<Item = &'static Kind> {
    all().filter(move |kind| kind.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_code_stands_once_in_a_place_and_is_explained() {
        let mut seen = HashSet::new();
        for kind in all() {
            assert!(seen.insert((kind.code, kind.place as u8)), "{} twice", kind.code);
            assert!(
                kind.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                kind.code
            );
            assert!(kind.meaning.ends_with('.') && !kind.title.ends_with('.'), "{}", kind.code);
            assert!(!kind.remedy.is_empty() && !kind.remedy.ends_with('.'), "{}", kind.code);
        }
        assert_eq!(find("timeout").count(), 2, "of the host, and of a fetch");
        assert_eq!(find("nothing").count(), 0);
    }
}
