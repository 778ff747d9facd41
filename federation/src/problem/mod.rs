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
mod code;
pub mod fields;
pub mod indexes;
mod kind;
pub mod program;
pub mod sources;
pub mod upstreams;

pub use code::Code;
pub use kind::{Kind, Place};

/// Kinds with a status of 500 and above that are not failures of the hub: it has no data yet,
/// or none as fresh as requested, or an issuer does not respond.
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
        self.status.is_some_and(|status| status >= 500) && !ASKED_FOR.contains(&self)
    }
}

/// All kinds: those of responses, then those reported inside them.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    [answers::ALL, fields::ALL, sources::ALL, indexes::ALL, catalogues::ALL, upstreams::ALL, program::ALL]
        .into_iter()
        .flatten()
        .copied()
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
