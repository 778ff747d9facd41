//! The kinds of catalogues.

crate::variants! {
    /// What a catalogue lists.
    #[schema(as = CatalogueKind)]
    pub enum Kind {
        /// An organisation or user of GitHub.
        Github = "github",
        /// An organisation or user of Gitea.
        Gitea = "gitea",
        /// An organisation or user of Forgejo.
        Forgejo = "forgejo",
        /// A group of GitLab with its subgroups, or a user.
        Gitlab = "gitlab",
        /// A list of indexes.
        List = "list",
    }
}
