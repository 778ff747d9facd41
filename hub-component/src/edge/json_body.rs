//! A JSON request body, or a problem that describes its error.

use crate::problem::{Problem, kinds};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use federation::limits::MAX_BODY_BYTES;
use http::header::CONTENT_TYPE;
use serde_json::Value;

/// The body as JSON, of `application/json` or any `+json` type, within [`MAX_BODY_BYTES`].
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, state).await?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|e| Problem::new(&kinds::MALFORMED_JSON, format!("The body is not valid JSON: {e}.")))?;
        match has_nul(&value) {
            true => {
                Err(Problem::new(&kinds::MALFORMED_JSON, "A text in the body contains NUL (`\\u0000`); remove it."))
            }
            false => Ok(Self(value)),
        }
    }
}

/// Whether any text contains NUL, which not every database accepts.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl JsonBody {
    /// The body as JSON; none if it is empty, whatever its type.
    ///
    /// # Errors
    /// As for a body that must not be empty.
    pub async fn optional(request: Request) -> Result<Option<Value>, Problem> {
        let (head, body) = request.into_parts();
        let bytes = read(body, MAX_BODY_BYTES).await?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let Self(value) = Self::from_request(Request::from_parts(head, bytes.into()), &()).await?;
        Ok(Some(value))
    }
}

/// The body before it is parsed; its media type is JSON and its size is within the limit.
pub struct JsonBytes(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
            return Err(Problem::new(
                &kinds::UNSUPPORTED_MEDIA_TYPE,
                "Send the body as JSON, with `Content-Type: application/json`.",
            ));
        }
        read(request.into_body(), MAX_BODY_BYTES).await.map(Self)
    }
}

/// Reads a body of at most `max_bytes` bytes.
pub(super) async fn read(body: Body, max_bytes: usize) -> Result<Bytes, Problem> {
    to_bytes(body, max_bytes).await.map_err(|error| {
        if is_too_large(&error) {
            Problem::new(
                &kinds::PAYLOAD_TOO_LARGE,
                format!("The body is too large; at most {} KiB are accepted.", max_bytes >> 10),
            )
        } else {
            Problem::new(&kinds::MALFORMED_JSON, "The body was incomplete; send the request again.")
        }
    })
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = cause.source();
    }
    false
}
