//! Path parameters, or a problem that says why they cannot be read.

use crate::problem::{Problem, kinds};
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The path parameters as `T`.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(parameters)| Self(parameters))
            .map_err(|_| {
                Problem::new(
                    &kinds::NOT_FOUND,
                    "The path is not valid UTF-8; `/openapi.json` lists the paths of this hub.",
                )
            })
    }
}
