//! The kinds of catalogues.

use crate::open::Variant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a catalogue lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = CatalogueKind)]
pub enum Kind {
    /// An organisation or user of GitHub.
    Github,
    /// An organisation or user of Gitea.
    Gitea,
    /// An organisation or user of Forgejo.
    Forgejo,
    /// A group of GitLab with its subgroups, or a user.
    Gitlab,
    /// A list of indexes.
    List,
}

impl Kind {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitea => "gitea",
            Self::Forgejo => "forgejo",
            Self::Gitlab => "gitlab",
            Self::List => "list",
        }
    }
}

impl Variant for Kind {
    fn as_str(self) -> &'static str {
        self.as_str()
    }
}
