//! A repository that a catalogue lists.

use crate::name;
use serde::{Deserialize, Serialize};

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

crate::variants! {
    /// Why a repository of a catalogue is not registered.
    #[derive(Hash)]
    #[schema(as = CatalogueSkipped)]
    pub enum Skipped {
        /// It is archived or disabled.
        Archived = "archived",
        /// It is private.
        Private = "private",
        /// It has no commits.
        Empty = "empty",
        /// It is a fork, which has the index of its parent.
        Fork = "fork",
        /// Its name, or that of its branch, cannot be part of a registration or an address.
        Name = "name",
        /// Its name belongs to a registration that the catalogue did not create, or to another repository of the catalogue.
        Taken = "taken",
        /// The address or the domain that the list gives is not valid.
        Invalid = "invalid",
        /// It has no index.
        NoIndex = "no-index",
    }
}

impl Skipped {
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
