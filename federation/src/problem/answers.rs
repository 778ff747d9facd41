//! The kinds of problems that an HTTP response reports.

use super::{Kind, Place};

/// Declares each kind once, as a constant and as an entry of the list.
macro_rules! answers {
    ($($name:ident = $place:ident $status:literal $code:literal: $title:literal, $meaning:literal, $remedy:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title, ".")]
            pub static $name: Kind = Kind {
                code: $code,
                place: Place::$place,
                status: Some($status),
                title: $title,
                meaning: $meaning,
                remedy: $remedy,
            };
        )*
        pub(super) static ALL: &[&Kind] = &[$(&$name),*];
    };
}

answers! {
    MALFORMED_JSON = Answer 400 "malformed-json": "The body is not JSON",
        "The request body is not valid JSON, or did not arrive completely.",
        "send a complete JSON body in UTF-8";
    INVALID_QUERY = Answer 400 "invalid-query": "A query parameter is not valid",
        "A parameter is unknown on this path, occurs twice, or has a value that is not allowed.",
        "correct the parameter that `detail` names";
    INVALID_ARGUMENT = Answer 400 "invalid-argument": "A value of the request is not valid",
        "A member of the body or a part of the path is missing, has a value that is not allowed, or has one that this hub does not support.",
        "correct the value that `detail` names";
    UNAUTHORIZED = Answer 401 "unauthorized": "A valid token is required",
        "Writes need `Authorization: Bearer <token>` with a valid token of this hub. The request had no token, or an unknown one.",
        "send a token of this hub, in exactly one `Authorization` header";
    TOKEN_EXPIRED = Answer 401 "token-expired": "The token has expired",
        "The token belongs to this hub, but its `expires_at` is in the past.",
        "ask the operator for a new token";
    IDENTITY_NOT_VALID = Answer 401 "identity-not-valid": "The identity token is not valid",
        "The token of the CI job is malformed or expired, has another audience, or is not signed by an issuer that the operator of this hub trusts.",
        "correct what `detail` names, and request a new identity token for each exchange";
    TOKEN_REVOKED = Answer 401 "token-revoked": "The token was revoked",
        "An administrator revoked this token.",
        "ask the operator for a new token";
    FORBIDDEN = Answer 403 "forbidden": "The token does not allow this",
        "The token is valid, but none of its scopes covers the request; `detail` names one that does.",
        "use a token with the scope that `detail` names";
    IDENTITY_NOT_ALLOWED = Answer 403 "identity-not-allowed": "The identity may not publish this repo",
        "The token of the CI job is valid, but the job belongs to a pull request, or its claims match no rule of the operator.",
        "publish from a push to the branch of the rule, or ask the operator to add a rule for this job";
    COMMIT_NOT_ALLOWED = Answer 403 "commit-not-allowed": "The token is not for this commit",
        "The token was issued to a CI job for one commit of one repository. The request names another commit, or the registration belongs to another repository.",
        "leave out `commit` and `ref`, or name those of the job";
    EXCHANGE_DISABLED = Answer 403 "exchange-disabled": "This hub accepts no identities",
        "The operator has configured no issuer whose identities could be exchanged, or the configuration has a mistake, which the hub's log names.",
        "use a token of this hub, or ask the operator to configure `ci_issuers`";
    WRITES_DISABLED = Answer 403 "writes-disabled": "This hub accepts no writes",
        "The operator has configured no token, and no named token is valid. The hub cannot tell callers apart, so it refuses every write.",
        "ask the operator to configure a token";
    MIRROR = Answer 403 "mirror": "This hub is a mirror",
        "It publishes what another hub publishes, its primary, and accepts no writes of its own.",
        "send the request to the primary, which `detail` names";
    ORIGIN_NOT_ALLOWED = Answer 403 "origin-not-allowed": "Pages of this site may not use the endpoint",
        "A browser sent the request for a page of another site. `/mcp` accepts only pages of the hub itself and of the local machine.",
        "call `/mcp` from a program, or read `GET /v1/federated`, which is open to every page";
    HOOK_NOT_VERIFIED = Answer 403 "hook-not-verified": "The webhook is not verified",
        "It has no signature or token, or one that was not made with the secret of a registration of this repository.",
        "give the forge the secret that `POST /v1/repos/{repo}/hook` shows";
    NOT_FOUND = Answer 404 "not-found": "Nothing is at this path",
        "The hub has no such path. A path with a trailing slash is a different path, except `/mcp/`.",
        "use a path that `/openapi.json` lists";
    REPO_NOT_FOUND = Answer 404 "repo-not-found": "The repo is not registered",
        "No registration has this name. It may have been removed.",
        "see `GET /v1/repos` for the registered repos";
    CATALOGUE_NOT_FOUND = Answer 404 "catalogue-not-found": "There is no such catalogue",
        "No catalogue has this name. It may have been deleted.",
        "see `GET /v1/catalogues` for all catalogues";
    UPSTREAM_NOT_FOUND = Answer 404 "upstream-not-found": "There is no such upstream",
        "No upstream has this name. It may have been removed.",
        "see `GET /v1/upstreams` for all upstreams";
    REPO_GONE = Answer 410 "repo-gone": "The repo is gone",
        "A catalogue registered the repo and later removed it: it was archived, the forge no longer lists it, or it had no index for a day.",
        "stop requesting it; `detail` says when and why it was removed, and its new name if it has one";
    TOKEN_NOT_FOUND = Answer 404 "token-not-found": "There is no such token",
        "This hub never had a token with this name.",
        "see `GET /v1/tokens` for the names of all tokens";
    REVISION_NOT_FOUND = Answer 404 "revision-not-found": "There is no such revision",
        "Revisions are numbered from 1 without gaps, and this number has not been reached yet.",
        "use a number that `GET /v1/federated/revisions` lists";
    CAPABILITY_NOT_FOUND = Answer 404 "capability-not-found": "No source publishes this capability",
        "No published index has a capability with this id.",
        "use an id that `detail` suggests, or search with `GET /v1/capabilities?q=WORDS`";
    CAPABILITY_GONE = Answer 410 "capability-gone": "The capability was removed",
        "No source publishes a capability with this id any more. `gone` says which repo removed it, in which revision, and which successor its last entry named.",
        "use the id that `replaced_by` names, or search with `GET /v1/capabilities?q=WORDS`";
    SERVER_NOT_FOUND = Answer 404 "server-not-found": "No MCP server has this name and version",
        "No published capability is an MCP server with this name, or the server has another version.",
        "see `GET /v0.1/servers` for the servers of this hub";
    SERVER_CONTESTED = Answer 404 "server-contested": "Several capabilities claim this MCP server",
        "More than one published capability says that it is the MCP server with this name. The hub cannot know which one is right, so it lists and serves none of them.",
        "ask the maintainers of the repos that `detail` names to agree on one, and use `GET /v1/capabilities` until then";
    SNAPSHOT_NOT_FOUND = Answer 404 "snapshot-not-found": "No such index was published here",
        "The hub has no index with this digest: it never had one, or it pruned the index with the last revision that used it.",
        "use a digest from the manifest of a revision that is still kept";
    LOG_NOT_SIGNED = Answer 404 "log-not-signed": "This hub signs no log",
        "The operator has configured no key for the transparency log, or one that is not valid, for which the hub's own log gives the reason. Everything else works without it.",
        "ask the operator to configure `log_key`, or do without a proof";
    NOT_LOGGED = Answer 404 "not-logged": "The transparency log has no such entry",
        "The revision was pruned before the log began, or the log has not reached this revision, size or tile yet.",
        "use a revision and a size up to that of `GET /v1/log/checkpoint`";
    METHOD_NOT_ALLOWED = Answer 405 "method-not-allowed": "The path does not support this method",
        "The path exists, but does not support the method of the request.",
        "use a method that `Allow` lists";
    NOT_ACCEPTABLE = Answer 406 "not-acceptable": "No representation matches the request",
        "The response is not available in any media type of `Accept`, or in any coding of `Accept-Encoding`.",
        "send an `Accept` with a type that `detail` lists, or none";
    REPO_EXISTS = Answer 409 "repo-exists": "The repo is already registered",
        "A registration with this name exists. Registering never overwrites one.",
        "change the registration with `PATCH`, or choose another name";
    CATALOGUE_EXISTS = Answer 409 "catalogue-exists": "The catalogue name is already taken",
        "A catalogue with this name exists.",
        "change the catalogue with `PATCH`, or choose another name";
    TOO_MANY_CATALOGUES = Answer 409 "too-many-catalogues": "The hub has too many catalogues",
        "A hub has at most 200 catalogues.",
        "delete an unused catalogue, or combine several into one of kind `list`";
    TOO_MANY_UPSTREAMS = Answer 409 "too-many-upstreams": "The hub has too many upstreams",
        "A hub has at most 16 upstreams.",
        "remove an unused upstream, or follow a hub that follows several, with `transitive`";
    NO_PUBLIC_URL = Answer 409 "no-public-url": "The hub does not know its own public URL",
        "Every source that arrives through other hubs lists their URLs. Without its own URL, a hub cannot recognise what comes back to it.",
        "ask the operator to configure `public_url` (`--public-url` of `reuse-surface serve`)";
    REPO_RELAYED = Answer 409 "repo-relayed": "The repo comes from an upstream",
        "The repo is not registered at this hub, but at the hub that `via` names last. It cannot be changed or refreshed here.",
        "change it there, or register it here with `POST /v1/repos`, which takes it over";
    NO_LISTING_HELD = Answer 409 "no-listing-held": "No listing is waiting for release",
        "The catalogue has no held listing: it was released already, or the forge lists the repositories again.",
        "check the catalogue with `GET /v1/catalogues/{name}`";
    TOKEN_EXISTS = Answer 409 "token-exists": "The token name is already taken",
        "A token with this name exists or existed. A name is never reused, so that the event log stays unambiguous.",
        "choose another name";
    IDENTITY_REPEATED = Answer 409 "identity-repeated": "The identity token was exchanged before",
        "An identity token can be exchanged only once, so that an intercepted one cannot be reused.",
        "request a new identity token from the CI";
    NOTHING_HELD = Answer 409 "nothing-held": "No index is waiting for release",
        "The source has no held snapshot: it was already released, or the index was never held.",
        "check the state of the source with `GET /v1/repos/{repo}`";
    HELD_ANOTHER = Answer 409 "held-another": "Another index is waiting for release",
        "The request names the digest of one index, but the source now holds another. Nothing was released.",
        "check the index that `held_digest` of `GET /v1/repos/{repo}` names, then release it";
    FEDERATION_FULL = Answer 409 "federation-full": "The federation has no room for this",
        "With this change, the capabilities of all sources would exceed the size limit of a federation. Nothing was changed.",
        "shorten the index, or disable or remove other sources first";
    REVISION_GONE = Answer 410 "revision-gone": "The revision is no longer kept",
        "The revision was pruned. The hub keeps the newest 1,000 revisions and all of the last 90 days; a search can continue in those of the last day.",
        "read the newest document, or restart the search without `cursor`";
    PRECONDITION_FAILED = Answer 412 "precondition-failed": "The registration has changed",
        "The `ETag` in `If-Match` is outdated: the registration was changed after it was read.",
        "read the registration, then repeat the change with its new `ETag`";
    PAYLOAD_TOO_LARGE = Answer 413 "payload-too-large": "The body is too large",
        "The hub accepts request bodies of up to 256 KiB; indexes to be checked and webhooks of up to 1 MiB.",
        "send a smaller body";
    UNSUPPORTED_MEDIA_TYPE = Answer 415 "unsupported-media-type": "The body is not labelled as JSON",
        "The hub accepts bodies of type `application/json` or another `application/…+json` type.",
        "send `Content-Type: application/json`";
    INVALID_REGISTRATION = Answer 422 "invalid-registration": "The registration is not valid",
        "Fields are missing, unknown or malformed; `errors` lists them all. Nothing was written.",
        "correct the fields under `errors`";
    INVALID_CATALOGUE = Answer 422 "invalid-catalogue": "The catalogue is not valid",
        "Fields are missing, unknown or malformed; `errors` lists them all. Nothing was written.",
        "correct the fields under `errors`";
    INVALID_UPSTREAM = Answer 422 "invalid-upstream": "The upstream is not valid",
        "A field is missing, unknown or malformed; `errors` says which. Nothing was written.",
        "correct the fields under `errors`";
    INVALID_TOKEN_REQUEST = Answer 422 "invalid-token-request": "The token request is not valid",
        "Fields are missing, unknown or malformed; `errors` lists them all. Nothing was written.",
        "correct the fields under `errors`";
    COMMIT_UNKNOWN = Answer 409 "commit-unknown": "The index has no address at the commit",
        "The hub does not know the forge of the registered URL, or the URL is that of another branch or tag.",
        "register the raw address on GitHub, GitLab, Gitea, Forgejo or Bitbucket, or leave out `commit`";
    INDEX_INVALID = Answer 422 "index-invalid": "The index is not valid",
        "The index was fetched and checked first, as requested. It is not valid or did not arrive. Nothing was written.",
        "correct the index as described in `errors`";
    REQUIRED_UNVERIFIED = Answer 422 "required-unverified": "A required source must have a valid index",
        "Readers rely on a required source, so the hub writes it only after it has fetched a valid index. Nothing was written.",
        "correct the index as described in `errors`, or omit `required` until it is valid";
    BUDGET_TOO_SMALL = Answer 422 "budget-too-small": "The budget is too small for any answer",
        "`budget_tokens` limits the whole answer, at four bytes a token, and even the shortest answer is longer.",
        "use the budget that `detail` names, or a larger one";
    HOOK_REPEATED = Answer 409 "hook-repeated": "The webhook was delivered before",
        "The same delivery was received within the last seven days, and the index was fetched then.",
        "do nothing; to fetch the index again, use `POST /v1/repos/{repo}/refresh`";
    TOO_MANY_FAILURES = Answer 429 "too-many-failures": "Too many tokens were invalid",
        "More than 30 invalid tokens came from one address within a minute, or more than 300 from all addresses together. Requests with valid tokens are not delayed.",
        "wait for `Retry-After`, then send a valid token";
    TOO_MANY_EXCHANGES = Answer 429 "too-many-exchanges": "Too many identities were exchanged",
        "Too many identity tokens from this address were refused within a minute, or the repo has more tokens from CI than it can need.",
        "wait for `Retry-After`, then send a valid identity token";
    TOO_MANY_CHECKS = Answer 429 "too-many-checks": "Too many indexes were checked",
        "More than 10 indexes came from one address within a minute, or more than 60 from all addresses together. Requests with a valid token are not counted.",
        "wait for `Retry-After`, or send a token of this hub";
    INTERNAL = Answer 500 "internal": "The hub had an internal error",
        "Something went wrong inside the hub. Its log has the details.",
        "quote the `request_id` when you report the problem";
    NOTHING_PUBLISHED = Answer 503 "nothing-published": "No index has been accepted yet",
        "Sources are registered, but the hub has not fetched a valid index from any of them yet.",
        "wait for `Retry-After`; `GET /v1/repos` shows the state of every source";
    ISSUER_UNAVAILABLE = Answer 503 "issuer-unavailable": "The issuer does not respond",
        "The hub cannot fetch the keys with which it verifies identity tokens of this issuer.",
        "wait for `Retry-After`, then exchange the identity again";
    REFRESH_RUNNING = Answer 503 "refresh-running": "Another refresh is running",
        "The hub runs one refresh of many sources at a time, and one refresh of each source. The current one did not finish while the request waited.",
        "wait for `Retry-After`; the results of the current refresh appear in `GET /v1/repos`";
    BEHIND = Answer 503 "behind": "The revision is not here yet",
        "This hub did not publish revision `min_revision` or a newer one within 2 seconds. A mirror may be behind its primary.",
        "wait for `Retry-After`, or read from the primary";
    TOO_MANY_STREAMS = Answer 503 "too-many-streams": "Too many clients follow the changes",
        "An instance of the hub keeps up to 64 streams of changes open, and this one has as many.",
        "wait for `Retry-After`, or poll `GET /v1/changes`";
    TOO_STALE = Answer 503 "too-stale": "The data is older than requested",
        "The last verification of a contributing source is older than `max_staleness` allows.",
        "wait for `Retry-After`, or allow a larger `max_staleness`";
    STORE_UNAVAILABLE = Answer 503 "store-unavailable": "The database cannot be reached",
        "The hub cannot read or write its database. Nothing was written.",
        "wait for `Retry-After`, then repeat the request; nothing was written";
    OUTCOME_UNKNOWN = Answer 503 "outcome-unknown": "It is not known whether the change was made",
        "The connection to the database broke off while the hub waited for the confirmation of a change. Either all of it was written, or none of it.",
        "read what you wanted to change, and repeat the request if it was not made";
    STORE_DAMAGED = Answer 503 "store-damaged": "The database is damaged",
        "The hub's database does not match its checksums, and the damage cannot be repaired from the rest of it. The hub serves no data from it, and nothing was written.",
        "ask the operator to restore a backup with `reuse-surface restore`";

    STORE_FULL = Answer 507 "store-full": "The hub's disk is full",
        "The disk with the hub's database is full. Nothing was written. Reads still work.",
        "ask the operator to free disk space, then repeat the request; nothing was written";

    BAD_REQUEST = Host 400 "bad-request": "The request is not valid HTTP",
        "A request must have exactly one `Host` header. Its body must match `Content-Length` or `Transfer-Encoding`, and it cannot have both.",
        "send exactly one `Host` header, and state the length of the body once";
    REQUEST_TIMEOUT = Host 408 "request-timeout": "The body did not arrive in time",
        "The request body did not arrive completely within 20 s. Nothing was done.",
        "send the request again, with the whole body within 20 s";
    INSTANCE_FAILED = Host 500 "instance-failed": "The hub failed during the request",
        "The hub instance that processed the request was terminated. A new instance serves the next request.",
        "quote the `request_id` when you report the problem: the log has the cause";
    OVERLOADED = Host 503 "overloaded": "The hub is overloaded",
        "The host was already processing as many requests as it accepts, and none of them finished within a second.",
        "wait for `Retry-After`";
    TIMEOUT = Host 504 "timeout": "The response took too long",
        "The hub did not respond within the time limit of the host.",
        "check whether the change was made before you repeat it";
}
