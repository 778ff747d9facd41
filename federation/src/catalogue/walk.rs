//! A listing, read page by page. It counts only if all of it is read.

use super::forges::{first_page, other_first_page, page_size, read};
use super::{Catalogue, Member, link};
use crate::excerpt::excerpt;
use crate::problem::{Kind as ProblemKind, catalogues};
use crate::source_url;
use std::collections::HashSet;
use url::Url;

/// Maximum number of pages of a listing.
pub const MAX_PAGES: usize = 100;
/// Maximum number of repositories of a listing.
pub const MAX_MEMBERS: usize = 5000;
/// Largest page, in bytes.
pub const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Why a listing cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingFailure {
    /// Stable, kebab-case.
    pub code: &'static ProblemKind,
    /// A sentence for people.
    pub message: String,
}

fn failed(code: &'static ProblemKind, message: impl Into<String>) -> ListingFailure {
    ListingFailure { code, message: message.into() }
}

/// A listing that is being read.
#[derive(Debug)]
pub struct Walk<'a> {
    catalogue: &'a Catalogue,
    /// The page of the organisation.
    url: Url,
    page: Url,
    pages: usize,
    ids: HashSet<String>,
    members: Vec<Member>,
}

impl<'a> Walk<'a> {
    /// Begins with the first page. `None` if the catalogue's URL is not of its kind.
    pub fn of(catalogue: &'a Catalogue) -> Option<Self> {
        let url = Url::parse(&catalogue.url).ok()?;
        let page = first_page(catalogue.kind, &url)?;
        Some(Self { catalogue, url, page, pages: 0, ids: HashSet::new(), members: Vec::new() })
    }

    /// The URL of the page to fetch now.
    pub fn page(&self) -> &Url {
        &self.page
    }

    /// Handles a page that is missing (404). Returns whether to fetch it elsewhere: GitLab has users at another address than groups.
    pub fn try_elsewhere(&mut self) -> bool {
        let first = first_page(self.catalogue.kind, &self.url);
        let other = other_first_page(self.catalogue.kind, &self.url).filter(|_| first.as_ref() == Some(&self.page));
        if let Some(other) = &other {
            self.page = other.clone();
        }
        other.is_some()
    }

    /// Takes a page with its `Link` header. Returns whether there is a next one.
    ///
    /// # Errors
    /// If the page is not what the forge sends, or the listing does not end within the bounds.
    pub fn take(&mut self, page: &[u8], links: Option<&str>) -> Result<bool, ListingFailure> {
        if page.len() > MAX_PAGE_BYTES {
            return Err(failed(&catalogues::LISTING_TOO_LARGE, "A page of the listing is larger than 4 MiB."));
        }
        let members = read(self.catalogue.kind, &self.url, &self.catalogue.path, page).map_err(|why| {
            let message = format!("The server did not respond with a listing: {}.", excerpt(&why));
            failed(&catalogues::LISTING_UNREADABLE, message)
        })?;
        self.pages += 1;
        let listed = members.len();
        let before = self.members.len();
        self.members.extend(members.into_iter().filter(|member| self.ids.insert(member.id.clone())));
        if self.members.len() > MAX_MEMBERS {
            let message = format!("The listing has more than {MAX_MEMBERS} repositories.");
            return Err(failed(&catalogues::LISTING_TOO_LARGE, message));
        }
        let Some(next) = self.next(listed, links)? else { return Ok(false) };
        // A page may be empty: Gitea counts repositories before it leaves out those that are not public.
        if (listed > 0 && self.members.len() == before) || next == self.page {
            let message = "A page of the listing has only repositories of earlier pages, yet says that more follow.";
            return Err(failed(&catalogues::LISTING_LOOPS, message));
        }
        if self.pages == MAX_PAGES {
            return Err(failed(
                &catalogues::LISTING_TOO_LARGE,
                format!("The listing has more than {MAX_PAGES} pages."),
            ));
        }
        self.page = next;
        Ok(true)
    }

    /// The next page: the one that the server names, or the one after a full page, since a proxy may have removed the header.
    fn next(&self, listed: usize, links: Option<&str>) -> Result<Option<Url>, ListingFailure> {
        let Some(full) = page_size(self.catalogue.kind) else { return Ok(None) };
        let Some(target) = links.and_then(link::next) else {
            return Ok((links.is_none() && listed >= full).then(|| numbered(&self.page, self.pages + 1)));
        };
        let elsewhere = || {
            let message = format!("The next page of the listing is not on the same host: `{}`.", excerpt(target));
            failed(&catalogues::LISTING_ELSEWHERE, message)
        };
        let next = self.page.join(target).map_err(|_| elsewhere())?;
        let next = source_url::parse(next.as_str()).map_err(|_| elsewhere())?;
        if next.origin() == self.page.origin() { Ok(Some(next)) } else { Err(elsewhere()) }
    }

    /// All repositories of the listing, and the number of its pages.
    pub fn finish(self) -> (Vec<Member>, usize) {
        (self.members, self.pages)
    }
}

fn numbered(page: &Url, number: usize) -> Url {
    let mut next = page.clone();
    let others: Vec<(String, String)> =
        page.query_pairs().filter(|(name, _)| name != "page").map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    next.query_pairs_mut().clear().extend_pairs(others).append_pair("page", &number.to_string());
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn acme() -> Catalogue {
        let document = json!({"name": "a", "kind": "gitea", "url": "https://codeberg.org/acme", "domain": "d"});
        Catalogue::from_value(&document).expect("valid")
    }

    fn page(ids: std::ops::Range<usize>) -> Vec<u8> {
        let repo = |id| json!({"id": id, "name": format!("r{id}"), "full_name": format!("acme/r{id}"), "default_branch": "main"});
        json!(ids.map(repo).collect::<Vec<_>>()).to_string().into_bytes()
    }

    const NEXT: &str = "<https://codeberg.org/api/v1/users/acme/repos?limit=50&page=2>; rel=\"next\"";

    #[test]
    fn pages_follow_each_other_to_the_last() {
        let catalogue = acme();
        let mut walk = Walk::of(&catalogue).expect("a page");
        assert_eq!(walk.take(&page(0..3), Some(NEXT)), Ok(true), "a server may send fewer than it was asked for");
        assert_eq!(walk.page().as_str(), "https://codeberg.org/api/v1/users/acme/repos?limit=50&page=2");
        // The header is gone, and the page is full.
        assert_eq!(walk.take(&page(2..52), None), Ok(true));
        assert_eq!(walk.page().as_str(), "https://codeberg.org/api/v1/users/acme/repos?limit=50&page=3");
        assert_eq!(
            walk.take(&page(0..0), Some(&NEXT.replace("page=2", "page=4"))),
            Ok(true),
            "what is private is left out"
        );
        assert_eq!(walk.take(&page(0..0), None), Ok(false));
        let (members, pages) = walk.finish();
        assert_eq!((members.len(), pages), (52, 4));
    }

    #[test]
    fn a_listing_that_does_not_end_or_leads_elsewhere_is_refused() {
        let catalogue = acme();
        for (bytes, links, code) in [
            (page(0..50), "<https://evil.example.org/repos>; rel=\"next\"", "listing-elsewhere"),
            (page(0..50), "<http://codeberg.org/repos>; rel=\"next\"", "listing-elsewhere"),
            (page(0..50), "<https://codeberg.org@evil.example.org/repos>; rel=\"next\"", "listing-elsewhere"),
            (page(0..50), "<//evil.example.org/>; rel=\"next\"", "listing-elsewhere"),
            (page(0..50), "<?limit=50>; rel=\"next\"", "listing-loops"),
            (b"<!DOCTYPE html>".to_vec(), NEXT, "listing-unreadable"),
            (page(0..3)[..20].to_vec(), NEXT, "listing-unreadable"),
            (vec![b' '; MAX_PAGE_BYTES + 1], NEXT, "listing-too-large"),
            (page(0..MAX_MEMBERS + 1), NEXT, "listing-too-large"),
        ] {
            let mut walk = Walk::of(&catalogue).expect("a page");
            assert_eq!(walk.take(&bytes, Some(links)).expect_err("refused").code.code, code, "{links}");
        }
        // The same page for ever, under ever new addresses.
        let mut walk = Walk::of(&catalogue).expect("a page");
        assert_eq!(walk.take(&page(0..50), Some(NEXT)), Ok(true));
        let looped = walk.take(&page(0..50), Some(&NEXT.replace("page=2", "page=3"))).expect_err("refused");
        assert_eq!(looped.code.code, "listing-loops");
        // One new repository a page.
        let mut walk = Walk::of(&catalogue).expect("a page");
        let endless =
            (0..).map(|n| walk.take(&page(n..n + 1), Some(&NEXT.replace("page=2", &format!("page={}", n + 2)))));
        let (at, failure) = endless.enumerate().find_map(|(n, taken)| taken.err().map(|e| (n, e))).expect("an end");
        assert_eq!((at + 1, failure.code.code), (MAX_PAGES, "listing-too-large"));
    }
}
