//! The forge of a catalogue: its addresses, and the form of its listings.

use super::described::owner;
use super::kind::Kind;
use super::member::Member;
use super::{gitea, github, gitlab, list};
use url::{Origin, Url};

/// The first page of the listing; `None` if the URL is not of its kind.
pub(super) fn first_page(kind: Kind, url: &Url) -> Option<Url> {
    match kind {
        Kind::Github => github::first_page(url),
        Kind::Gitea | Kind::Forgejo => gitea::first_page(url),
        Kind::Gitlab => gitlab::first_page(url),
        Kind::List => Some(url.clone()),
    }
}

/// Where the listing is if there is nothing at its first page (404); `None` if it can only be there.
pub(super) fn other_first_page(kind: Kind, url: &Url) -> Option<Url> {
    if kind == Kind::Gitlab { gitlab::first_page_of_user(url) } else { None }
}

/// The forge that the ids of the repositories are from: an origin, and the path below which the forge is. A list has names instead.
pub(super) fn forge(kind: Kind, url: &Url) -> Option<(Origin, Option<&str>)> {
    match kind {
        Kind::List => None,
        Kind::Github | Kind::Gitlab => Some((url.origin(), None)),
        Kind::Gitea | Kind::Forgejo => Some((url.origin(), owner(url)?.split_last()?.1.first().copied())),
    }
}

/// How many repositories a full page has; `None` if there is only one page.
pub(super) fn page_size(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Github | Kind::Gitlab => Some(100),
        // As many as an instance sends unless its administrator allows more.
        Kind::Gitea | Kind::Forgejo => Some(50),
        Kind::List => None,
    }
}

/// Reads a page of the listing of `url`. The index is at `path` of each repository.
///
/// # Errors
/// What is wrong, as a part of a sentence, if the page is not what the forge sends.
pub(super) fn read(kind: Kind, url: &Url, path: &str, page: &[u8]) -> Result<Vec<Member>, String> {
    match kind {
        Kind::Github => github::read(url, path, page),
        Kind::Gitea | Kind::Forgejo => gitea::read(url, path, page),
        Kind::Gitlab => gitlab::read(url, path, page),
        Kind::List => list::read(page),
    }
}
