//! Every route of the hub.

use crate::app::App;
use crate::edge::finish;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use crate::routes::{changes, check, federated, health, indexes, repos};
use axum::Router;
use axum::extract::OriginalUri;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use http::Method;

/// The hub as a service.
pub fn router<P: Ports>(app: App<P>) -> Router {
    Router::new()
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/v1/repos", get(repos::list).post(repos::register))
        .route("/v1/repos/{repo}", get(repos::show).patch(repos::update).delete(repos::deregister))
        .route("/v1/repos/{repo}/refresh", post(repos::refresh))
        .route("/v1/repos/{repo}/release", post(repos::release))
        .route("/v1/check", post(check::check))
        .route("/v1/federated", get(federated::read))
        .route("/v1/federated/manifest", get(federated::manifest))
        .route("/v1/federated/revisions", get(federated::revisions))
        .route("/v1/federated/compose", post(federated::compose))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/indexes/{digest}", get(indexes::index))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(app.clone(), finish))
        .with_state(app)
}

async fn nothing_here(OriginalUri(uri): OriginalUri) -> Problem {
    Problem::new(
        &kinds::NOT_FOUND,
        format!("`{}` is not a path of this hub; `specs/FederationHubAPI.md` lists them.", uri.path().escape_default()),
    )
}

async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    Problem::new(
        &kinds::METHOD_NOT_ALLOWED,
        format!("`{}` does not take {method}; `Allow` lists what it takes.", uri.path().escape_default()),
    )
}
