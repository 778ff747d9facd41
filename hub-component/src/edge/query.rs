//! Query parameters, or the problem that names the one that is wrong.

use crate::problem::{Problem, kinds};
use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// The query as `T`; unknown and repeated parameters are refused where `T` refuses them.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // What is no UTF-8 would be read as something else.
        if percent_decode_str(parts.uri.query().unwrap_or_default()).decode_utf8().is_err() {
            return Err(Problem::new(&kinds::INVALID_QUERY, "The query has bytes that are no UTF-8."));
        }
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|e| Problem::new(&kinds::INVALID_QUERY, format!("{}.", e.body_text().trim_end_matches('.'))))
    }
}
