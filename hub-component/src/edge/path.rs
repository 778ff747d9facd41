//! Path parameters, or a problem that says why they cannot be read.

use crate::problem::{Problem, kinds};
use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

/// The path parameters as `T`.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // No name contains NUL, and not every database accepts it.
        if percent_decode_str(parts.uri.path()).any(|byte| byte == 0) {
            return Err(unreadable("contains NUL"));
        }
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(parameters)| Self(parameters))
            .map_err(|_| unreadable("is not valid UTF-8"))
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::new(&kinds::NOT_FOUND, format!("The path {why}; `/openapi.json` lists the paths of this hub."))
}
