//! Requests in the operator's log: every write, every refusal and every failure of the hub.

use crate::log;
use crate::problem::Problem;
use api::paths;
use axum::extract::Request;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use std::sync::{Arc, OnceLock};

/// A request, as the log describes it.
pub(super) struct LoggedRequest {
    pub(super) method: Method,
    path: String,
    pub(super) who: Who,
}

/// The name of the token that a request carries, once it is known.
#[derive(Clone, Default)]
pub(in crate::edge) struct Who(Arc<OnceLock<String>>);

impl Who {
    /// Sets the name.
    pub(in crate::edge) fn is(&self, name: &str) {
        self.0.get_or_init(|| name.to_owned());
    }
}

impl LoggedRequest {
    pub(super) fn of(request: &Request) -> Self {
        Self { method: request.method().clone(), path: request.uri().path().to_owned(), who: Who::default() }
    }

    /// Whether the request is a write. A mirror leaves writes to its primary.
    pub(super) fn is_write(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
            && !paths::POSTED_READS.contains(&self.path.as_str())
    }

    pub(super) fn log_write(&self, status: StatusCode, id: &HeaderValue) {
        if self.is_write() {
            self.line("write", status, id, None, None);
        }
    }

    /// Logs failed writes, refused tokens and failures of the hub. A client's mistake in a read is not logged.
    pub(super) fn log_problem(&self, problem: &Problem, id: &HeaderValue) {
        let status = problem.status();
        let refused =
            [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        if self.is_write() || refused || problem.log().is_some() {
            let event = if status.is_server_error() { "failed" } else { "refused" };
            self.line(event, status, id, Some(problem.kind().code), problem.log());
        }
    }

    fn line(&self, event: &str, status: StatusCode, id: &HeaderValue, code: Option<&str>, why: Option<&str>) {
        let fields = json!({
            "status": status.as_u16(),
            "code": code,
            "method": self.method.as_str(),
            "path": self.path,
            "actor": self.who.0.get(),
            "request_id": String::from_utf8_lossy(id.as_bytes()),
            "why": why,
        });
        log::line(event, &fields);
    }
}
