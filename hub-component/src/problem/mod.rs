//! Problems: error responses to clients (RFC 9457).

use api::paths::Standard;
use api::problem::{Problem as Document, ProblemEntry};
use axum::response::{IntoResponse, Response};
use federation::diagnostic::Diagnostic;
pub use federation::problem::{Kind, answers as kinds};
use federation::registration::FieldError;
use federation::withdrawn::Tombstone;
use http::{HeaderName, HeaderValue, StatusCode};
use store::StoreError;
use store::database::DatabaseError;

/// Longest client text that a problem quotes, in characters.
const MAX_QUOTED_CHARS: usize = 200;

/// A client's text for quoting in a problem: letters unchanged, invisible characters escaped, and long text cut.
pub fn quoted(text: &str) -> String {
    text.chars().take(MAX_QUOTED_CHARS).collect::<String>().escape_debug().to_string()
}

/// A refusal or failure. The edge turns it into a response, with the request's id and the hub's base URL.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: String,
    errors: Vec<ProblemEntry>,
    gone: Box<[Tombstone]>,
    headers: Vec<(HeaderName, HeaderValue)>,
    internal: Option<String>,
}

impl Problem {
    /// A problem of a kind; `detail` says what happened and what to do.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            gone: Box::default(),
            headers: Vec::new(),
            internal: None,
        }
    }

    /// The problem of a registration that violates rules.
    pub fn invalid_registration(errors: Vec<FieldError>) -> Self {
        Self::invalid_fields(&kinds::INVALID_REGISTRATION, errors)
    }

    /// The problem of a catalogue that violates rules.
    pub fn invalid_catalogue(errors: Vec<FieldError>) -> Self {
        Self::invalid_fields(&kinds::INVALID_CATALOGUE, errors)
    }

    /// The problem of an upstream that violates rules.
    pub fn invalid_upstream(errors: Vec<FieldError>) -> Self {
        Self::invalid_fields(&kinds::INVALID_UPSTREAM, errors)
    }

    /// The problem of a token request that violates rules.
    pub fn invalid_token_request(errors: Vec<FieldError>) -> Self {
        Self::invalid_fields(&kinds::INVALID_TOKEN_REQUEST, errors)
    }

    fn invalid_fields(kind: &'static Kind, errors: Vec<FieldError>) -> Self {
        let entries = errors.into_iter().map(|e| ProblemEntry::new(e.pointer, e.code, e.message)).collect();
        Self::new(kind, "Correct the fields listed under `errors`; nothing was written.").with(entries)
    }

    /// Sets `errors` to these diagnostics.
    pub fn with_diagnostics(self, diagnostics: Vec<Diagnostic>) -> Self {
        let entries = diagnostics
            .into_iter()
            .map(|d| ProblemEntry {
                pointer: d.pointer.into(),
                code: d.code,
                message: d.message.into(),
                line: d.line,
                column: d.column,
                snippet: d.snippet,
            })
            .collect();
        self.with(entries)
    }

    /// Sets `errors` to these entries.
    pub fn with(mut self, entries: Vec<ProblemEntry>) -> Self {
        self.errors = entries;
        self
    }

    /// Sets what remains of a removed capability.
    pub fn with_gone(mut self, gone: Vec<Tombstone>) -> Self {
        self.gone = gone.into();
        self
    }

    /// What remains of a removed capability.
    pub fn gone(&self) -> &[Tombstone] {
        &self.gone
    }

    /// Adds a response header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds `Retry-After`, in seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header(http::header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds text for the log that the client must not see.
    pub fn internal(mut self, words: impl Into<String>) -> Self {
        self.internal = Some(words.into());
        self
    }

    /// The kind of the problem.
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        // Every kind that is used in a response has a status.
        self.kind.status.and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The headers of the response.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// What happened in this case and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The text for the log.
    pub fn log(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// The problem document as JSON, for clients of this standard.
    pub fn body(&self, base: &str, request_id: &str, standard: Option<Standard>) -> Vec<u8> {
        let document = Document {
            errors: self.errors.clone(),
            gone: self.gone.to_vec(),
            ..Document::new(self.kind, self.detail.as_str(), base, request_id)
        };
        let document = document.for_clients_of(standard);
        // Strings and numbers always serialise.
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.headers_mut().extend(self.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Database(DatabaseError::Full)) {
            let detail = "The hub's disk is full, so nothing was written; reads still work. Contact the operator, and try again later.";
            return Self::new(&kinds::STORE_FULL, detail).retry_after(60).internal(error.to_string());
        }
        if let StoreError::Database(DatabaseError::OutcomeUnknown(_)) = &error {
            let detail = "The connection to the database was lost, so it is not known whether the change was made. Read what you wanted to change before you repeat the request.";
            return Self::new(&kinds::OUTCOME_UNKNOWN, detail).retry_after(5).internal(error.to_string());
        }
        if let StoreError::Unreadable(_) = &error {
            let detail = "The hub's database is damaged, so the hub cannot answer and nothing was written. Contact the operator, who can restore a backup.";
            return Self::new(&kinds::STORE_DAMAGED, detail).retry_after(60).internal(error.to_string());
        }
        let detail = match &error {
            StoreError::TooNew { .. } => {
                "The database was written by a newer version of the hub; the operator must run that version."
            }
            StoreError::Unfinished => {
                "Another database is being moved into this one, or the move was interrupted; the operator must let `reuse-surface migrate` finish."
            }
            _ => {
                "The hub cannot reach its database; nothing was written. Try again, and contact the operator if the problem persists."
            }
        };
        Self::new(&kinds::STORE_UNAVAILABLE, detail).retry_after(5).internal(error.to_string())
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        StoreError::from(error).into()
    }
}
