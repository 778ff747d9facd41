//! Every kind of problem the hub can answer with.

use http::StatusCode;

/// A kind of problem: its code never changes, its status hardly.
#[derive(Debug)]
pub struct Kind {
    /// Stable, kebab-case; the last part of `type`.
    pub code: &'static str,
    /// HTTP status.
    pub status: StatusCode,
    /// What kind of thing went wrong.
    pub title: &'static str,
}

/// Declares the kinds once: as constants, and as the list of all.
macro_rules! kinds {
    ($($name:ident = $status:ident, $code:literal, $title:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title, ".")]
            pub static $name: Kind = Kind { code: $code, status: StatusCode::$status, title: $title };
        )*
    };
}

kinds! {
    MALFORMED_JSON = BAD_REQUEST, "malformed-json", "The body is not JSON";
    INVALID_QUERY = BAD_REQUEST, "invalid-query", "A query parameter is not understood";
    UNAUTHORIZED = UNAUTHORIZED, "unauthorized", "A valid token is needed";
    WRITES_DISABLED = FORBIDDEN, "writes-disabled", "This hub takes no writes";
    NOT_FOUND = NOT_FOUND, "not-found", "Nothing is at this path";
    REPO_NOT_FOUND = NOT_FOUND, "repo-not-found", "The repo is not registered";
    REVISION_NOT_FOUND = NOT_FOUND, "revision-not-found", "There is no such revision";
    SNAPSHOT_NOT_FOUND = NOT_FOUND, "snapshot-not-found", "No such index was published here";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED, "method-not-allowed", "The path does not take this method";
    REPO_EXISTS = CONFLICT, "repo-exists", "The repo is registered already";
    NOTHING_HELD = CONFLICT, "nothing-held", "No index waits for release";
    REVISION_GONE = GONE, "revision-gone", "The revision is no longer kept";
    PRECONDITION_FAILED = PRECONDITION_FAILED, "precondition-failed", "The registration has changed meanwhile";
    PAYLOAD_TOO_LARGE = PAYLOAD_TOO_LARGE, "payload-too-large", "The body is too large";
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body is not labelled as JSON";
    INVALID_REGISTRATION = UNPROCESSABLE_ENTITY, "invalid-registration", "The registration breaks a rule";
    INDEX_INVALID = UNPROCESSABLE_ENTITY, "index-invalid", "The index is not valid";
    REQUIRED_UNVERIFIED = UNPROCESSABLE_ENTITY, "required-unverified", "A required source must have a valid index";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "The hub made a mistake";
    NOTHING_PUBLISHED = SERVICE_UNAVAILABLE, "nothing-published", "No index has been accepted yet";
    REFRESH_RUNNING = SERVICE_UNAVAILABLE, "refresh-running", "Another refresh is running";
    TOO_STALE = SERVICE_UNAVAILABLE, "too-stale", "The data is older than was asked for";
    STORE_UNAVAILABLE = SERVICE_UNAVAILABLE, "store-unavailable", "The database cannot be reached";
}
