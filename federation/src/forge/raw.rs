//! The raw addresses of files, taken apart.

use super::Forge;
use url::Url;

/// The raw address of a file. Its segments are encoded.
pub(super) struct Raw<'a> {
    /// `None` is Bitbucket. The addresses of Gitea and Forgejo are alike, so both are [`Forge::Gitea`].
    pub(super) forge: Option<Forge>,
    pub(super) repository: &'a [&'a str],
    /// The repository, and what follows it whatever the revision is.
    pub(super) before: &'a [&'a str],
    /// The kind of revision, if the address states it: `branch`, `tag` or `commit`.
    pub(super) kind: Option<&'a str>,
    /// The name of the revision, and the path of the file.
    pub(super) rest: &'a [&'a str],
}

/// The segments of the path; `None` if one is empty.
pub(super) fn segments(url: &Url) -> Option<Vec<&str>> {
    url.path_segments()?.map(|segment| Some(segment).filter(|segment| !segment.is_empty())).collect()
}

impl<'a> Raw<'a> {
    pub(super) fn of(host: &str, segments: &'a [&'a str]) -> Option<Self> {
        let (forge, repository, before, kind) = match (host, segments) {
            ("raw.githubusercontent.com", [_, _, ..]) => (Some(Forge::GitHub), 2, 2, None),
            ("github.com", [_, _, "raw", ..]) => (Some(Forge::GitHub), 2, 3, None),
            (_, all) if let Some(at) = all.windows(2).position(|pair| pair == ["-", "raw"]) => {
                // At least a group and a project.
                (Some(Forge::GitLab), Some(at).filter(|at| *at >= 2)?, at + 2, None)
            }
            ("bitbucket.org", [_, _, "raw", ..]) => (None, 2, 3, None),
            (_, [_, _, "raw", kind @ ("branch" | "tag" | "commit"), ..]) => (Some(Forge::Gitea), 2, 3, Some(*kind)),
            _ => return None,
        };
        let (kind, rest) = match segments.get(before..)? {
            ["refs", "heads", rest @ ..] if forge == Some(Forge::GitHub) => (Some("branch"), rest),
            ["refs", "tags", rest @ ..] if forge == Some(Forge::GitHub) => (Some("tag"), rest),
            rest => (kind, rest.get(usize::from(kind.is_some())..)?),
        };
        Some(Self { forge, repository: segments.get(..repository)?, before: segments.get(..before)?, kind, rest })
    }
}
