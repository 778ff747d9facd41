//! Query parameters, or a problem that names the wrong one.

use crate::problem::{Problem, kinds};
use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// The query parameters as `T`. Only a list may be repeated; unknown parameters are refused if `T` refuses them.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        match percent_decode_str(query).decode_utf8() {
            // The decoding below would silently replace the invalid bytes.
            Err(_) => return Err(Problem::new(&kinds::INVALID_QUERY, "The query is not valid UTF-8.")),
            Ok(text) if text.contains('\0') => {
                return Err(Problem::new(&kinds::INVALID_QUERY, "The query contains NUL, which matches nothing."));
            }
            Ok(_) => {}
        }
        serde_path_to_error::deserialize(serde_html_form::Deserializer::new(url::form_urlencoded::parse(
            query.as_bytes(),
        )))
        .map(Self)
        .map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{}.", e.to_string().trim_end_matches('.'))))
    }
}
