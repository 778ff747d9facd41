//! Catalogues.

use crate::{Json, Open};
use federation::catalogue::{Kind, Skipped};
use federation::problem::Code;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The fields of a catalogue that its maintainer sets.
pub type Definition = federation::catalogue::Catalogue<Open<Kind>>;

/// Query parameters of `GET /v1/catalogues`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CataloguesQuery {
    /// Maximum number of catalogues on a page; 100 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
    /// `next` of the previous page.
    #[param(pattern = r"^1\.", max_length = 1000)]
    pub cursor: Option<String>,
}

/// A page of catalogues.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Catalogues {
    /// The catalogues, ordered by name.
    #[schema(value_type = Vec<Catalogue>)]
    pub catalogues: Vec<Json<Catalogue>>,
    /// How many catalogues there are, on all pages.
    pub total: usize,
    /// Cursor of the next page; null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// A catalogue with its status.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Catalogue {
    /// The fields that the maintainer set.
    #[serde(flatten)]
    #[schema(value_type = federation::catalogue::Catalogue)]
    pub definition: Definition,
    /// When it was created.
    pub created_at: String,
    /// When one of its fields last changed.
    pub updated_at: String,
    /// Name of the token that created it.
    pub created_by: String,
    /// The result of its last listing.
    pub status: CatalogueStatus,
}

/// The result of a catalogue's last listing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CatalogueStatus {
    /// The state of the catalogue.
    #[schema(value_type = CatalogueState)]
    pub state: Open<CatalogueState>,
    /// Why the last listing failed or is held, as a code that `/problems` explains.
    #[schema(required, value_type = Option<String>)]
    pub reason: Option<Code>,
    /// The reason as text.
    #[schema(required)]
    pub message: Option<String>,
    /// Since when listings have been failing.
    #[schema(required)]
    pub failing_since: Option<String>,
    /// When a listing was last accepted.
    #[schema(required)]
    pub listed_at: Option<String>,
    /// When a listing was last requested from the forge.
    #[schema(required)]
    pub last_attempt_at: Option<String>,
    /// When the next listing is due; null means now.
    #[schema(required)]
    pub next_listing_at: Option<String>,
    /// HTTP status of the forge's last response.
    #[schema(required)]
    pub http_status: Option<u16>,
    /// How many of its repositories are registered.
    pub registered: usize,
    /// How many are not registered, by reason.
    pub others: Others,
    /// Repositories that are not registered because of their name or address; at most 100.
    #[serde(default)]
    #[schema(required)]
    pub skipped: Vec<SkippedRepository>,
}

/// How many repositories of a catalogue are not registered, by reason.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Others {
    /// Repositories that are not checked yet.
    pub waiting: usize,
    /// Repositories without an index.
    pub no_index: usize,
    /// Archived or disabled repositories.
    pub archived: usize,
    /// Private repositories.
    pub private: usize,
    /// Repositories without a commit.
    pub empty: usize,
    /// Forks.
    pub fork: usize,
    /// Repositories whose name or address cannot be registered; `skipped` lists up to 100 of them.
    pub skipped: usize,
}

/// A repository that is not registered because of its name or address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SkippedRepository {
    /// Its name on the forge.
    pub name: String,
    /// Why: `name` if it cannot be the name of a registration, `taken` if a registration has it already, `invalid` if a list gives an address or a
    /// domain that is not valid.
    #[schema(value_type = Skipped)]
    pub reason: Open<Skipped>,
}

federation::variants! {
    /// The state of a catalogue.
    pub enum CatalogueState {
        /// Never listed.
        Pending = "pending",
        /// The registrations follow the last listing.
        Fresh = "fresh",
        /// Listings fail. The registrations stay as they are.
        Failing = "failing",
        /// The newest listing is waiting for release. The registrations stay as they are.
        Held = "held",
        /// The catalogue is disabled and is not read.
        Disabled = "disabled",
    }
}
