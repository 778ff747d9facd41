//! Answers that come from the host itself: always RFC 9457 problem documents.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The request has no usable `Host`.
    BadRequest,
    /// The component did not answer in time.
    Timeout,
    /// There is no room for the request now.
    Overloaded,
    /// The component failed while it worked on the request.
    InstanceFailed,
}

impl Problem {
    fn parts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::BadRequest => (
                StatusCode::BAD_REQUEST,
                "bad-request",
                "Bad request",
                "The request needs exactly one Host header, with a host name and at most a port.",
            ),
            Self::Timeout => (
                StatusCode::GATEWAY_TIMEOUT,
                "timeout",
                "Timed out",
                "The hub did not finish in time. A change may have been made all the same: read before you repeat it.",
            ),
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "Overloaded",
                "The hub has more requests than it can take on. Repeat this one after the time in Retry-After.",
            ),
            Self::InstanceFailed => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "instance-failed",
                "Internal error",
                "The hub failed on this request. The operator finds the cause in the log.",
            ),
        }
    }

    pub(crate) fn response(self) -> Response<WasiBody> {
        let (status, code, title, detail) = self.parts();
        let document = serde_json::json!({
            "type": format!("/problems/{code}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
            "code": code,
        });
        let body = Full::new(Bytes::from(document.to_string())).map_err(|never| match never {});
        let mut response = Response::new(body.boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
            (Problem::Timeout, 504, "timeout"),
            (Problem::Overloaded, 503, "overloaded"),
            (Problem::InstanceFailed, 500, "instance-failed"),
        ] {
            let response = problem.response();
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(response.headers().contains_key("retry-after"), status == 503);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(document["type"], format!("/problems/{code}"));
            assert_eq!((&document["code"], &document["status"]), (&code.into(), &status.into()));
            assert!(document["title"].is_string() && document["detail"].is_string());
        }
    }
}
