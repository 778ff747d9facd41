//! Upstreams: other hubs whose sources this hub publishes too.

use crate::Open;
use federation::digest::Digest;
use federation::problem::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All upstreams; a hub has at most 16.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Upstreams {
    /// The upstreams, ordered by name. Their conflicts and refused indexes are counted but not listed.
    pub upstreams: Vec<Upstream>,
    /// How many there are.
    pub total: usize,
}

/// An upstream with its status.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Upstream {
    /// Its name.
    pub name: String,
    /// The public base URL of the hub.
    pub url: String,
    /// Whether this hub also publishes the sources that the upstream itself has from other hubs.
    pub transitive: bool,
    /// When it was created.
    pub created_at: String,
    /// When it was last set.
    pub updated_at: String,
    /// Name of the token that created it.
    pub created_by: String,
    /// How far this hub has followed it.
    pub status: UpstreamStatus,
}

/// How far this hub has followed an upstream.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UpstreamStatus {
    /// The state of the upstream.
    #[schema(value_type = UpstreamState)]
    pub state: Open<UpstreamState>,
    /// Why it is not followed, as a code that `/problems` explains.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<Code>,
    /// The reason as text.
    #[schema(required)]
    pub message: Option<String>,
    /// Since when attempts have been failing.
    #[schema(required)]
    pub failing_since: Option<String>,
    /// The newest of its revisions that this hub has read; null before the first.
    #[schema(required)]
    pub revision: Option<u64>,
    /// The digest of that revision, computed here from its lines.
    #[schema(required)]
    pub digest: Option<Digest>,
    /// When it last had nothing newer.
    #[schema(required)]
    pub current_at: Option<String>,
    /// When this hub last sent it a request.
    #[schema(required)]
    pub last_attempt_at: Option<String>,
    /// When the next request is due; null means now.
    #[schema(required)]
    pub next_attempt_at: Option<String>,
    /// How many sources it publishes.
    pub offered: usize,
    /// How many of them this hub publishes from it.
    pub published: usize,
    /// Its sources that this hub publishes from elsewhere, with another index.
    pub conflicts: Conflicts,
    /// Its sources whose index this hub refuses.
    pub refused: Refused,
}

/// Sources of an upstream that this hub publishes from elsewhere, with another index.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = HopConflicts)]
pub struct Conflicts {
    /// How many there are.
    pub total: usize,
    /// The first hundred by repo; none in the list of all upstreams.
    pub listed: Vec<HopConflict>,
}

/// A source of an upstream that this hub publishes from elsewhere, with another index.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HopConflict {
    /// The repo.
    pub repo: String,
    /// The index that this upstream has.
    pub offered: Digest,
    /// The index that is published.
    pub published: Digest,
    /// The upstream that the published index came from; null if the repo is registered at this hub.
    #[schema(required)]
    pub upstream: Option<String>,
}

/// Sources of an upstream whose index this hub refuses.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = RefusedIndexes)]
pub struct Refused {
    /// How many there are.
    pub total: usize,
    /// The first hundred by repo; none in the list of all upstreams.
    pub listed: Vec<RefusedIndex>,
}

/// A source of an upstream whose index this hub refuses.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefusedIndex {
    /// The repo.
    pub repo: String,
    /// Why, as a code that `/problems` explains.
    #[schema(value_type = String)]
    pub reason: Code,
}

federation::variants! {
    /// The state of an upstream.
    pub enum UpstreamState {
        /// Not followed to its newest revision yet.
        Pending = "pending",
        /// It had nothing newer at the last request.
        Current = "current",
        /// Attempts fail. What this hub publishes from it stays.
        Failing = "failing",
        /// Its history was rewritten. What this hub publishes from it stays, but is no longer updated.
        Refused = "refused",
    }
}
