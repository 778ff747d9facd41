//! Problems: what a client is told when something is not as it should be (RFC 9457).

pub use federation::problem::{Kind, answers as kinds};

use api::problem::{Problem as Document, ProblemEntry};
use axum::response::{IntoResponse, Response};
use federation::diagnostic::Diagnostic;
use federation::registration::FieldError;
use http::{HeaderName, HeaderValue, StatusCode};
use store::StoreError;
use store::database::DatabaseError;

/// Longest piece of a client's text that a problem repeats, in characters.
const MAX_QUOTED_CHARS: usize = 200;

/// A client's text as a problem repeats it: letters as they are, what would be invisible escaped, and enough of it to be recognised.
pub fn quoted(text: &str) -> String {
    text.chars().take(MAX_QUOTED_CHARS).collect::<String>().escape_debug().to_string()
}

/// A refusal or failure on its way to the client. The edge writes it out, once, with the request's id and the hub's address.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: String,
    errors: Vec<ProblemEntry>,
    headers: Vec<(HeaderName, HeaderValue)>,
    internal: Option<String>,
}

impl Problem {
    /// A problem of a kind, with what happened this time and what to do.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), headers: Vec::new(), internal: None }
    }

    /// A registration that breaks rules.
    pub fn invalid_registration(errors: Vec<FieldError>) -> Self {
        Self::invalid_fields(&kinds::INVALID_REGISTRATION, errors)
    }

    /// A request for a token that breaks rules.
    pub fn invalid_token_request(errors: Vec<FieldError>) -> Self {
        Self::invalid_fields(&kinds::INVALID_TOKEN_REQUEST, errors)
    }

    fn invalid_fields(kind: &'static Kind, errors: Vec<FieldError>) -> Self {
        let entries = errors
            .into_iter()
            .map(|e| ProblemEntry {
                pointer: e.pointer.into(),
                code: e.code.to_string(),
                message: e.message.into(),
                ..ProblemEntry::default()
            })
            .collect();
        Self::new(kind, "Correct the fields listed under `errors`; nothing was written.").with(entries)
    }

    /// Adds what diagnostics say.
    pub fn with_diagnostics(self, diagnostics: Vec<Diagnostic>) -> Self {
        let entries = diagnostics
            .into_iter()
            .map(|d| ProblemEntry {
                pointer: d.pointer.into(),
                code: d.code.into(),
                message: d.message.into(),
                line: d.line,
                column: d.column,
                snippet: d.snippet,
            })
            .collect();
        self.with(entries)
    }

    /// Adds entries that say what is wrong.
    pub fn with(mut self, entries: Vec<ProblemEntry>) -> Self {
        self.errors = entries;
        self
    }

    /// Adds a response header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Tells the client after how many seconds to try again.
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header(http::header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Keeps words for the log that a client must not read.
    pub fn internal(mut self, words: impl Into<String>) -> Self {
        self.internal = Some(words.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        // Every kind that is answered with has a status.
        self.kind.status.and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What happened this time and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The words for the log.
    pub fn log(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// The document for the client.
    pub fn body(&self, base: &str, request_id: &str) -> Vec<u8> {
        let document = Document {
            errors: self.errors.clone(),
            ..Document::new(self.kind, self.detail.as_str(), base, request_id)
        };
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
            let detail = "The hub has no room to write; nothing was written, and reading goes on. Tell the operator, and try again later.";
            return Self::new(&kinds::STORE_FULL, detail).retry_after(60).internal(error.to_string());
        }
        if let StoreError::Unreadable(_) = &error {
            let detail = "Something in the hub's database is damaged, so nothing is answered from it and nothing was written. Tell the operator, who restores a backup.";
            return Self::new(&kinds::STORE_DAMAGED, detail).retry_after(60).internal(error.to_string());
        }
        let detail = match &error {
            StoreError::TooNew { .. } => {
                "The database was written by a newer version of the hub; the operator must run that version."
            }
            _ => {
                "The hub cannot reach its database; nothing was written. Try again, and tell the operator if it lasts."
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
