//! A repository that a catalogue lists.

use crate::name;
use crate::open::Variant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest id and name of a repository that are kept, in bytes. No forge has longer ones.
pub(super) const MAX_NAME_BYTES: usize = 300;

/// A repository, as a listing describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What identifies it across renames: its id on the forge, or its name in a list.
    pub id: String,
    /// The id of its owner on the forge, which survives renames; `None` if the listing does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its name on the forge, without that of the organisation.
    pub name: String,
    /// The raw address of its index.
    pub url: String,
    /// Its domain, if the listing gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// A text that changes with each push.
    pub changed: String,
    /// Why it cannot be registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit: Option<Skipped>,
}

/// Why a repository of a catalogue is not registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = CatalogueSkipped)]
pub enum Skipped {
    /// It is archived or disabled.
    Archived,
    /// It is private.
    Private,
    /// It has no commits.
    Empty,
    /// It is a fork, which has the index of its parent.
    Fork,
    /// Its name, or that of its branch, cannot be part of a registration or an address.
    Name,
    /// Its name belongs to a registration that the catalogue did not create, or to another repository of the catalogue.
    Taken,
    /// The address or the domain that the list gives is not valid.
    Invalid,
    /// It has no index.
    NoIndex,
}

impl Variant for Skipped {
    fn as_str(self) -> &'static str {
        self.as_str()
    }
}

impl Skipped {
    /// Every reason.
    pub const ALL: [Self; 8] =
        [Self::Archived, Self::Private, Self::Empty, Self::Fork, Self::Name, Self::Taken, Self::Invalid, Self::NoIndex];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Private => "private",
            Self::Empty => "empty",
            Self::Fork => "fork",
            Self::Name => "name",
            Self::Taken => "taken",
            Self::Invalid => "invalid",
            Self::NoIndex => "no-index",
        }
    }

    /// Whether it ends a registration.
    pub(super) fn ends_registration(self) -> bool {
        matches!(self, Self::Archived | Self::Private | Self::Empty)
    }
}

impl Member {
    /// The name of its registration; `None` if it cannot have one.
    pub fn repo(&self, prefix: &str) -> Option<String> {
        let repo = format!("{prefix}{}", self.name.to_lowercase().replace('/', "-"));
        name::is_repo(&repo).then_some(repo)
    }
}
