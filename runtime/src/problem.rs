//! Responses of the host itself: always RFC 9457 problem documents.

use api::headers::{CODE, REQUEST_ID};
use api::problem::Problem as Document;
use bytes::Bytes;
use federation::problem::{Kind, answers as kinds};
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The request has no usable `Host`.
    BadRequest,
    /// The request body did not arrive in time, or not completely.
    BodyLate,
    /// The request has two body lengths.
    TwoLengths,
    /// The request body violates its transfer coding.
    BodyBroken,
    /// The request body exceeds the size limit.
    BodyTooLarge,
    /// The component did not respond in time.
    Timeout,
    /// The server has no capacity for the request now.
    Overloaded,
    /// The component failed while it processed the request.
    InstanceFailed,
}

impl Problem {
    /// The entry in the table of problems.
    fn kind(self) -> &'static Kind {
        match self {
            Self::BadRequest | Self::TwoLengths | Self::BodyBroken => &kinds::BAD_REQUEST,
            Self::BodyLate => &kinds::REQUEST_TIMEOUT,
            Self::BodyTooLarge => &kinds::PAYLOAD_TOO_LARGE,
            Self::Timeout => &kinds::TIMEOUT,
            Self::Overloaded => &kinds::OVERLOADED,
            Self::InstanceFailed => &kinds::INSTANCE_FAILED,
        }
    }

    fn detail(self) -> &'static str {
        match self {
            Self::BadRequest => "The request needs exactly one Host header, with a host name and an optional port.",
            Self::TwoLengths => "The request has both Content-Length and Transfer-Encoding: send one of them.",
            Self::BodyBroken => {
                "The request body does not match its Transfer-Encoding: the size or the end of a chunk is not valid."
            }
            Self::BodyLate => {
                "The request body did not arrive completely in time. Nothing was done: send the request again."
            }
            Self::BodyTooLarge => "The request body exceeds the size limit of this server. Nothing was done.",
            Self::Timeout => {
                "The hub did not respond in time. A change may still have been made: check before you repeat it."
            }
            Self::Overloaded => {
                "The hub is processing as many requests as it can. Repeat this one after the time in Retry-After."
            }
            Self::InstanceFailed => {
                "The hub failed on this request. Quote the request_id when you report it: the log has the cause."
            }
        }
    }

    /// The problem's code: stable, in kebab-case.
    pub(crate) fn code(self) -> &'static str {
        self.kind().code
    }

    pub(crate) fn status(self) -> StatusCode {
        // Every kind of response has a status.
        let status = self.kind().status.and_then(|status| StatusCode::from_u16(status).ok());
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The response with the problem document, for the request `id` to the server at `base`.
    pub(crate) fn response(self, base: &str, id: &HeaderValue) -> Response<WasiBody> {
        let (kind, status) = (self.kind(), self.status());
        let document = Document::new(kind, self.detail(), base, id.to_str().unwrap_or_default());
        // Strings and numbers always serialise.
        let document = serde_json::to_vec(&document).unwrap_or_default();
        let body = Full::new(Bytes::from(document)).map_err(|never| match never {});
        let mut response = Response::new(body.boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(REQUEST_ID, id.clone());
        headers.insert(CODE, HeaderValue::from_static(kind.code));
        if matches!(self, Self::BodyLate | Self::BodyTooLarge | Self::BodyBroken | Self::TwoLengths) {
            // The unread rest of the body would be parsed as the next request.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self == Self::Overloaded {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_answer_is_a_problem_document() {
        for (problem, status, code) in [
            (Problem::BadRequest, 400, "bad-request"),
            (Problem::TwoLengths, 400, "bad-request"),
            (Problem::BodyBroken, 400, "bad-request"),
            (Problem::BodyLate, 408, "request-timeout"),
            (Problem::BodyTooLarge, 413, "payload-too-large"),
            (Problem::Timeout, 504, "timeout"),
            (Problem::Overloaded, 503, "overloaded"),
            (Problem::InstanceFailed, 500, "instance-failed"),
        ] {
            let response = problem.response("https://hub.test", &HeaderValue::from_static("id-1"));
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(response.headers()["x-request-id"], "id-1");
            assert_eq!(response.headers().contains_key("retry-after"), status == 503);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(document["type"], format!("https://hub.test/problems/{code}"));
            assert_eq!(document["request_id"], "id-1");
            assert_eq!((&document["code"], &document["status"]), (&code.into(), &status.into()));
            assert!(document["title"].is_string() && document["detail"].is_string());
        }
    }
}
