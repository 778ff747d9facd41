//! Why a catalogue has no new listing.

kinds! {
    Source:
    LISTING_UNREADABLE = "listing-unreadable": "The response is not a listing",
        "The server returned something other than what its API documents, such as an HTML page or a repository without an id.",
        "check `kind` and `url`, and whether the API can be read without a login";
    LISTING_ELSEWHERE = "listing-elsewhere": "The next page is on another host",
        "The server names a next page whose scheme, host or port differs from that of the first one. The hub does not follow it.",
        "correct the server's public address in its settings, or the scheme and host of `url`";
    LISTING_LOOPS = "listing-loops": "The listing does not end",
        "A page has only repositories of earlier pages, yet says that more follow.",
        "repair the server's paging";
    LISTING_TOO_LARGE = "listing-too-large": "The listing is too large",
        "It has more than 100 pages or 5,000 repositories, a page has more than 4 MiB, or it did not arrive within 20 s.",
        "use a smaller group or a list of the repositories with an index";
    LISTING_SHRUNK = "listing-shrunk": "The listing would remove most registrations",
        "The listing is complete, but accepting it would remove all registrations of the catalogue, or at least five and at least half of them: their repositories are not listed, or are archived, private or empty. That is more often an accident than a decision. The registrations stay as they are.",
        "check the organisation, or release the listing if the loss is intended; the hub releases it after a day";
    OWNER_CHANGED = "owner-changed": "The listing belongs to another owner",
        "`url` now leads to an organisation, user or group with a different id on the forge. The previous one may have been renamed or deleted, and its name taken by another owner. The registrations stay as they are.",
        "check whose page `url` is; correct it, or release the listing if the new owner is the right one; the hub never releases it by itself";
}
