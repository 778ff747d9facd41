//! Query parameters, or a problem that names the wrong one.

use crate::problem::{Problem, kinds};
use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// The query parameters as `T`. Unknown and repeated parameters are refused if `T` refuses them.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Decoding would silently replace invalid UTF-8.
        if percent_decode_str(parts.uri.query().unwrap_or_default()).decode_utf8().is_err() {
            return Err(Problem::new(&kinds::INVALID_QUERY, "The query is not valid UTF-8."));
        }
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{}.", e.body_text().trim_end_matches('.'))))
    }
}
