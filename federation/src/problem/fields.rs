//! What is wrong with one field of a registration, or of a token that is asked for.

kinds! {
    Field:
    INDEX_PATH_ON_HUB = "index-path-on-hub": "The hub cannot read a local path",
        "`index` is for local manifests; the hub reads indexes over HTTP.",
        "publish the index and give its raw address as `url`";
    REPO_IMMUTABLE = "repo-immutable": "The name of a registration never changes",
        "A change named another `repo` than the one in the path.",
        "register the new name and deregister the old one";
    URL_INVALID = "url-invalid": "The URL cannot be read",
        "It is not an absolute URL, or holds characters that a URL may not hold as they are.",
        "write `https://host/path`; percent-encode white space, control characters and `\\`";
    URL_SCHEME = "url-scheme": "The URL has another scheme",
        "Indexes are read by `http` and `https` alone.",
        "use `https` or `http`";
    URL_CREDENTIALS = "url-credentials": "The URL holds a user name or password",
        "Registrations are public, so a secret in one would be too.",
        "remove the user name and the password; publish the index without a login";
    URL_INTERNAL = "url-internal": "The URL names something inside the runtime",
        "`self.alt`, `spin.internal` and what is under it lead back into the runtime that the hub runs in.",
        "give the public address, not a name inside the runtime";
    EXPIRY_INVALID = "expiry-invalid": "The end of the token cannot be read",
        "`expires_at` is an RFC 3339 time with its zone.",
        "write it like `2027-01-31T00:00:00Z`, or give `expires_in_seconds`";
    EXPIRY_PAST = "expiry-past": "The end of the token is past",
        "Such a token could never be used.",
        "name a time that is to come";
    EXPIRY_TOO_FAR = "expiry-too-far": "The end of the token is too far away",
        "A token with an end lives ten years at the most.",
        "name an earlier time";
    URL_TOO_LONG = "url-too-long": "The URL is too long",
        "It has more than 2048 characters.",
        "use at most 2048 characters";
}
