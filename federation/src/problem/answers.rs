//! What an answer can say instead of what was asked for.

use super::{Kind, Place};

/// Declares the kinds once: as constants, and as the list of all.
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
        "The request body cannot be read as JSON, or did not arrive whole.",
        "send a body that is JSON, whole and in UTF-8";
    INVALID_QUERY = Answer 400 "invalid-query": "A query parameter is not understood",
        "A parameter is unknown on this path, occurs twice, or has a value outside what is allowed.",
        "correct the parameter that `detail` names";
    UNAUTHORIZED = Answer 401 "unauthorized": "A valid token is needed",
        "Writes need `Authorization: Bearer <token>` with a token that this hub knows; none or another one was sent.",
        "send a token of this hub, in exactly one `Authorization` header";
    TOKEN_EXPIRED = Answer 401 "token-expired": "The token has expired",
        "The token is one of this hub's, and its `expires_at` is past.",
        "ask the operator for a new token";
    TOKEN_REVOKED = Answer 401 "token-revoked": "The token was revoked",
        "The token was one of this hub's, until an administrator ended it.",
        "ask the operator for a new token";
    FORBIDDEN = Answer 403 "forbidden": "The token does not allow this",
        "The token is valid, and none of its scopes covers what was asked for; `detail` names one that would.",
        "use a token with the scope that `detail` names";
    WRITES_DISABLED = Answer 403 "writes-disabled": "This hub takes no writes",
        "The operator has configured no token and no named one is valid, so nobody can be told apart and every write is refused.",
        "the operator configures a token";
    ORIGIN_NOT_ALLOWED = Answer 403 "origin-not-allowed": "Pages of this site may not use the endpoint",
        "A browser sent the request for a page of another site. `/mcp` takes those of the hub itself and of this machine.",
        "call `/mcp` from a program, or read `GET /v1/federated`, which every page may";
    NOT_FOUND = Answer 404 "not-found": "Nothing is at this path",
        "The hub has no such path. A slash at the end makes another path.",
        "use a path that `/openapi.json` lists";
    REPO_NOT_FOUND = Answer 404 "repo-not-found": "The repo is not registered",
        "No registration has this name, or it was removed.",
        "`GET /v1/repos` lists what is registered";
    TOKEN_NOT_FOUND = Answer 404 "token-not-found": "There is no such token",
        "No token of this hub ever had this name.",
        "`GET /v1/tokens` lists them";
    REVISION_NOT_FOUND = Answer 404 "revision-not-found": "There is no such revision",
        "Revisions are numbered from 1 without gaps, and this number was not reached yet.",
        "use a number that `GET /v1/federated/revisions` lists";
    CAPABILITY_NOT_FOUND = Answer 404 "capability-not-found": "No source publishes this capability",
        "No index that is published now has a capability with this id.",
        "use an id that `detail` suggests, or search with `GET /v1/capabilities?q=WORDS`";
    SNAPSHOT_NOT_FOUND = Answer 404 "snapshot-not-found": "No such index was published here",
        "The hub keeps no index of this digest: it never had it, or no kept revision needs it any more.",
        "take the digest from a manifest of a revision that is kept";
    METHOD_NOT_ALLOWED = Answer 405 "method-not-allowed": "The path does not take this method",
        "The path exists, and the method is not one of those that it takes.",
        "use a method from `Allow`";
    NOT_ACCEPTABLE = Answer 406 "not-acceptable": "There is no representation that the request accepts",
        "The answer cannot be had in any media type of `Accept`, or in any coding of `Accept-Encoding`.",
        "send an `Accept` that names what `detail` lists, or none";
    REPO_EXISTS = Answer 409 "repo-exists": "The repo is registered already",
        "A registration with this name exists; registering never overwrites one.",
        "change the registration with `PATCH`, or take another name";
    TOKEN_EXISTS = Answer 409 "token-exists": "The name of the token is taken",
        "There is or was a token with this name. A name is never used again, so that the trail of events stays unambiguous.",
        "take another name";
    NOTHING_HELD = Answer 409 "nothing-held": "No index waits for release",
        "The source has no held snapshot: it was released already, or its index was never held.",
        "nothing waits: `GET /v1/repos/{repo}` shows the state";
    HELD_ANOTHER = Answer 409 "held-another": "Another index waits for release",
        "The request names the digest of an index, and the source holds another one by now. Nothing was released.",
        "look at the index that `held_digest` of `GET /v1/repos/{repo}` names, then release that";
    FEDERATION_FULL = Answer 409 "federation-full": "The federation has no room for this",
        "With this change the capabilities of all sources would have more bytes than a federation may have. Nothing was changed.",
        "shorten the index, or disable or remove other sources first";
    REVISION_GONE = Answer 410 "revision-gone": "The revision is no longer kept",
        "The revision existed and was pruned: the newest 1,000 and those of the last 90 days are kept, for a search those of the last day.",
        "read the newest document, or begin the search again without `cursor`; old revisions are not kept for good";
    PRECONDITION_FAILED = Answer 412 "precondition-failed": "The registration has changed meanwhile",
        "The `ETag` in `If-Match` is no longer that of the registration: somebody changed it since it was read.",
        "read the registration, then repeat the change with its new `ETag`";
    PAYLOAD_TOO_LARGE = Answer 413 "payload-too-large": "The body is too large",
        "The hub reads request bodies up to 256 KiB.",
        "send at most 256 KiB";
    UNSUPPORTED_MEDIA_TYPE = Answer 415 "unsupported-media-type": "The body is not labelled as JSON",
        "A body is read as `application/json` or another `application/…+json` type.",
        "send `Content-Type: application/json`";
    INVALID_REGISTRATION = Answer 422 "invalid-registration": "The registration breaks a rule",
        "Fields are missing, unknown or not of the form that the schema asks for; `errors` lists every one. Nothing was written.",
        "correct the fields under `errors`";
    INVALID_TOKEN_REQUEST = Answer 422 "invalid-token-request": "The token asked for breaks a rule",
        "Fields are missing, unknown or not of the form that the schema asks for; `errors` lists every one. Nothing was written.",
        "correct the fields under `errors`";
    INDEX_INVALID = Answer 422 "index-invalid": "The index is not valid",
        "The index was fetched and checked first, as was asked for, and is not valid or did not arrive. Nothing was written.",
        "correct the index as `errors` say";
    REQUIRED_UNVERIFIED = Answer 422 "required-unverified": "A required source must have a valid index",
        "Readers rely on a required source, so it is written only after its index was fetched and found valid. Nothing was written.",
        "correct the index as `errors` say, or leave `required` out until it is valid";
    BUDGET_TOO_SMALL = Answer 422 "budget-too-small": "The budget holds no answer",
        "`budget_tokens` bounds the whole answer at four bytes a token, and the shortest one is longer than that.",
        "ask with the budget that `detail` names, or a larger one";
    TOO_MANY_FAILURES = Answer 429 "too-many-failures": "Too many tokens were not valid",
        "More than 30 tokens that are not valid came from one address within a minute, or more than 300 from all together. Valid tokens are not kept waiting.",
        "wait for `Retry-After`, then send a valid token";
    INTERNAL = Answer 500 "internal": "The hub made a mistake",
        "Something went wrong inside the hub; its log has the words.",
        "tell the operator the `request_id`";
    NOTHING_PUBLISHED = Answer 503 "nothing-published": "No index has been accepted yet",
        "Sources are registered, and no valid index of any of them has been fetched yet.",
        "wait for `Retry-After`; `GET /v1/repos` says what the sources wait for";
    REFRESH_RUNNING = Answer 503 "refresh-running": "Another refresh is running",
        "One refresh of many sources runs at a time, and one of each source; the one that runs did not end within the time that a request waits.",
        "another refresh took longer than a request waits: wait for `Retry-After`; its results show in `GET /v1/repos`";
    TOO_STALE = Answer 503 "too-stale": "The data is older than was asked for",
        "A contributing source was last verified longer ago than `max_staleness` allows.",
        "wait for `Retry-After`, or allow a larger `max_staleness`";
    STORE_UNAVAILABLE = Answer 503 "store-unavailable": "The database cannot be reached",
        "The hub cannot read or write its database. Nothing was written.",
        "wait for `Retry-After`; nothing was written";
    STORE_DAMAGED = Answer 503 "store-damaged": "The database is damaged",
        "What the hub's database has does not match its checksums, and cannot be made anew from what it has else. Nothing is answered from it, and nothing was written.",
        "tell the operator, who puts a backup in its place with `reuse-surface restore`";

    STORE_FULL = Answer 507 "store-full": "The hub has no room to write",
        "The disk of the hub's database is full. Nothing was written, and reading goes on.",
        "tell the operator, who makes room; nothing was written, and it can be sent again then";

    BAD_REQUEST = Host 400 "bad-request": "The request does not say which host it is for",
        "An HTTP/1.1 request carries exactly one `Host` header.",
        "send exactly one `Host` header";
    REQUEST_TIMEOUT = Host 408 "request-timeout": "The body did not arrive",
        "The body of the request did not arrive whole within 20 s. Nothing was done.",
        "the body did not arrive whole within 20 s: send it again";
    INSTANCE_FAILED = Host 500 "instance-failed": "The hub stopped while it answered",
        "The instance of the hub that had the request ended; the next request gets a new one.",
        "tell the operator the `request_id`: the log has the cause";
    OVERLOADED = Host 503 "overloaded": "The hub has too much to do",
        "As many requests as the host takes at once are being answered, and none of them ended within a second.",
        "wait for `Retry-After`";
    TIMEOUT = Host 504 "timeout": "The answer took too long",
        "The hub did not answer within the time that the host gives a request.",
        "a change may have been made: read before you repeat it";
}
