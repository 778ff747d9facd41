//! Errors in one field of a registration or a token request.

kinds! {
    Field:
    INDEX_PATH_ON_HUB = "index-path-on-hub": "The hub cannot read a local path",
        "`index` is for local manifests; the hub fetches indexes over HTTP.",
        "publish the index and give its raw address as `url`";
    REPO_IMMUTABLE = "repo-immutable": "A registration cannot be renamed",
        "The change names a `repo` other than the one in the path.",
        "register the new name and deregister the old one";
    CATALOGUE_IMMUTABLE = "catalogue-immutable": "This field of a catalogue cannot be changed",
        "The request changes `name`, `kind` or `prefix`. They decide what the registrations of a catalogue are called.",
        "create another catalogue and delete this one";
    URL_NO_CATALOGUE = "url-no-catalogue": "The URL is not the page of an organisation",
        "On GitHub, Gitea and Forgejo it must be the page of a user or an organisation, on GitLab that of a group.",
        "give the address of the page, such as `https://github.com/acme`, without a query";
    URL_INVALID = "url-invalid": "The URL is not valid",
        "It is not an absolute URL, or contains characters that must be percent-encoded.",
        "write `https://host/path`; percent-encode white space, control characters and `\\`";
    URL_SCHEME = "url-scheme": "The URL scheme is not supported",
        "The hub fetches indexes only over `http` and `https`.",
        "use `https` or `http`";
    URL_CREDENTIALS = "url-credentials": "The URL contains a user name or password",
        "Registrations are public, so a secret in one would be public too.",
        "remove the user name and the password; publish the index without a login";
    URL_INTERNAL = "url-internal": "The URL names a host inside the runtime",
        "`self.alt`, `spin.internal` and the names under it lead back into the hub's own runtime.",
        "use the public address, not a name inside the runtime";
    URL_REGISTERED = "url-registered": "Another registration has the same index",
        "Both `url`s name the same file, perhaps in two spellings, so its capabilities are published twice. This is only a warning: a rename needs both for a while.",
        "deregister one of the two, or correct its `url`";
    EXPIRY_INVALID = "expiry-invalid": "The expiry time is not valid",
        "`expires_at` must be an RFC 3339 time with a time zone.",
        "write it like `2027-01-31T00:00:00Z`, or give `expires_in_seconds`";
    EXPIRY_PAST = "expiry-past": "The expiry time is in the past",
        "Such a token could never be used.",
        "choose a time in the future";
    EXPIRY_TOO_FAR = "expiry-too-far": "The expiry time is too far in the future",
        "A token with an expiry time is valid for at most ten years.",
        "choose an earlier time";
    URL_TOO_LONG = "url-too-long": "The URL is too long",
        "It has more than 2048 characters.",
        "use at most 2048 characters";
}
