//! One kind of problem, and where it occurs.

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
    /// An entry of `errors` under `invalid-registration`, `invalid-catalogue`, `invalid-upstream` or `invalid-token-request`.
    Field,
    /// `reason` of a source whose index did not arrive or is held, of a catalogue, or of an upstream.
    Source,
    /// `reason` of a source whose index is not valid, and `code` of a diagnostic.
    Index,
    /// A result of `reuse-surface mcp`, in place of the hub's.
    Program,
}

/// One kind of problem. Its code never changes.
#[derive(Debug, Serialize, ToSchema)]
// Other crates cannot construct one: the tables of this module have them all.
#[non_exhaustive]
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
    /// What causes it.
    pub meaning: &'static str,
    /// What to do.
    pub remedy: &'static str,
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
