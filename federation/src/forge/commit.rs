//! The raw address of a file at a commit, from that of the same file on a branch or tag.

use super::Forge;
use super::raw::{Raw, segments};
use crate::provenance::Provenance;
use crate::source_url;
use percent_encoding::percent_decode_str;

/// Why there is no address at a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCommit {
    /// The forge of the address is not known.
    Forge,
    /// The address is that of another branch or tag.
    Ref,
}

/// The raw address of the file at `raw`, at this commit, and the commit's repository and ref. The commit must be on the
/// branch or tag of `raw`: otherwise, the next fetch from there would return something else. Without `reference`, the
/// name in `raw` is taken to have no slash.
///
/// The raw addresses of GitHub, GitLab, Bitbucket, Gitea and Forgejo are known.
///
/// # Errors
/// If the forge is not known, or the address is of another ref.
pub fn at_commit(raw: &str, commit: &str, reference: Option<&str>) -> Result<(String, Provenance), NoCommit> {
    let url = source_url::parse(raw).map_err(|_| NoCommit::Forge)?;
    let segments = segments(&url).ok_or(NoCommit::Forge)?;
    let raw = Raw::of(url.host_str().unwrap_or_default(), &segments).filter(|raw| raw.kind != Some("commit"));
    let raw = raw.ok_or(NoCommit::Forge)?;
    let (known, file) = split(&raw, reference).ok_or(NoCommit::Ref)?;
    let revision: &[&str] = if raw.forge == Some(Forge::Gitea) { &["commit", commit] } else { &[commit] };
    let path = [raw.before, revision, file].concat().join("/");
    let mut pinned = url.clone();
    pinned.set_path(&path);
    pinned.set_query(None);
    pinned.set_fragment(None);
    let repository = decoded(raw.repository);
    let reference = reference.map(str::to_owned).or(known);
    Ok((pinned.into(), Provenance { repository, reference, commit: commit.to_owned(), verified: false }))
}

/// The full name of the ref, if the address states it, and the path of the file. `None` if the ref is not `reference`.
fn split<'a>(raw: &Raw<'a>, reference: Option<&str>) -> Option<(Option<String>, &'a [&'a str])> {
    let stated = raw.kind.map(|kind| if kind == "tag" { "tags" } else { "heads" });
    let Some(reference) = reference else {
        let (name, file) = raw.rest.split_first().filter(|(_, file)| !file.is_empty())?;
        return Some((stated.map(|kind| format!("refs/{kind}/{}", decoded(&[name]))), file));
    };
    let (kind, name) = reference.strip_prefix("refs/")?.split_once('/')?;
    if !matches!(kind, "heads" | "tags") || stated.is_some_and(|said| said != kind) {
        return None;
    }
    let names = |count: &usize| raw.rest.get(..*count).is_some_and(|segments| decoded(segments) == name);
    // `HEAD` stands for the default branch, whatever its name.
    let is_default = kind == "heads" && stated.is_none() && raw.rest.first() == Some(&"HEAD");
    let count = (1..raw.rest.len()).find(names).or(is_default.then_some(1))?;
    let file = raw.rest.get(count..).filter(|file| !file.is_empty())?;
    Some((None, file))
}

fn decoded(segments: &[&str]) -> String {
    percent_decode_str(&segments.join("/")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "28e1879d029cb852e4844d9c718537df08844e03";

    #[test]
    fn only_the_ref_is_replaced() {
        let main = Some("refs/heads/main");
        for (raw, reference, pinned) in [
            (
                "https://raw.githubusercontent.com/o/r/main/a/i.yaml",
                main,
                "https://raw.githubusercontent.com/o/r/SHA/a/i.yaml",
            ),
            (
                "https://raw.githubusercontent.com/o/r/refs/heads/main/i.yaml",
                main,
                "https://raw.githubusercontent.com/o/r/SHA/i.yaml",
            ),
            (
                "https://raw.githubusercontent.com/o/r/HEAD/i.yaml",
                main,
                "https://raw.githubusercontent.com/o/r/SHA/i.yaml",
            ),
            (
                "https://raw.githubusercontent.com/o/r/refs/heads/a/b/i.yaml",
                Some("refs/heads/a/b"),
                "https://raw.githubusercontent.com/o/r/SHA/i.yaml",
            ),
            (
                "https://github.com/o/r/raw/refs/tags/v1/i.yaml",
                Some("refs/tags/v1"),
                "https://github.com/o/r/raw/SHA/i.yaml",
            ),
            (
                "https://gitlab.com/g/s/p/-/raw/main/i.yaml?ref_type=heads",
                main,
                "https://gitlab.com/g/s/p/-/raw/SHA/i.yaml",
            ),
            (
                "https://git.example.org:8443/g/p/-/raw/a%2Fb/x/i.yaml",
                Some("refs/heads/a/b"),
                "https://git.example.org:8443/g/p/-/raw/SHA/x/i.yaml",
            ),
            (
                "https://codeberg.org/o/r/raw/branch/main/a%20b/i.yaml",
                main,
                "https://codeberg.org/o/r/raw/commit/SHA/a%20b/i.yaml",
            ),
            (
                "http://gitea.example.org:3000/o/r/raw/tag/v1/i.yaml",
                None,
                "http://gitea.example.org:3000/o/r/raw/commit/SHA/i.yaml",
            ),
            ("https://bitbucket.org/o/r/raw/main/i.yaml", main, "https://bitbucket.org/o/r/raw/SHA/i.yaml"),
        ] {
            let found = at_commit(raw, SHA, reference).map(|(url, _)| url);
            assert_eq!(found, Ok(pinned.replace("SHA", SHA)), "{raw}");
        }
    }

    #[test]
    fn whose_commit_it_is_follows_from_the_address() {
        let of = |raw, reference| {
            let (_, found) = at_commit(raw, SHA, reference).expect(raw);
            (found.repository, found.reference)
        };
        let codeberg = "https://codeberg.org/o/r/raw/branch/main/i.yaml";
        assert_eq!(of(codeberg, None), ("o/r".to_owned(), Some("refs/heads/main".to_owned())));
        let gitlab = "https://gitlab.com/g/s/p/-/raw/main/i.yaml";
        assert_eq!(of(gitlab, None), ("g/s/p".to_owned(), None));
        assert_eq!(of(gitlab, Some("refs/tags/main")).1.as_deref(), Some("refs/tags/main"));
    }

    #[test]
    fn another_ref_has_none() {
        for (raw, reference) in [
            ("https://codeberg.org/o/r/raw/branch/main/i.yaml", "refs/heads/other"),
            ("https://codeberg.org/o/r/raw/branch/main/i.yaml", "refs/tags/main"),
            ("https://codeberg.org/o/r/raw/branch/main/i.yaml", "refs/heads/main/i.yaml"),
            ("https://codeberg.org/o/r/raw/branch/main/i.yaml", "main"),
            ("https://raw.githubusercontent.com/o/r/main/i.yaml", "refs/pull/1/merge"),
            ("https://raw.githubusercontent.com/o/r/HEAD/i.yaml", "refs/tags/v1"),
        ] {
            assert_eq!(at_commit(raw, SHA, Some(reference)), Err(NoCommit::Ref), "{raw} {reference}");
        }
        for raw in [
            "https://example.org/index.yaml",
            "https://codeberg.org/o/r/raw/commit/ab12/i.yaml",
            "https://codeberg.org//o/r/raw/branch/main/i.yaml",
            "https://example.org/p/-/raw/main/i.yaml",
            "https://github.com.example.org/o/r/raw/main/i.yaml",
            "https://user@github.com/o/r/raw/main/i.yaml",
        ] {
            assert_eq!(at_commit(raw, SHA, None), Err(NoCommit::Forge), "{raw}");
        }
    }
}
