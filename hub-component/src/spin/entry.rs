//! Where Spin calls the hub.

use super::{SpinPorts, database::SpinSqlite, fetch::SpinFetch};
use crate::app::App;
use crate::router::router;
use axum::Router;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt as _;

/// Built once an instance: routes, compiled schemas, rendered documents.
static ROUTER: OnceLock<Router> = OnceLock::new();

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let router = match ROUTER.get() {
        Some(router) => router.clone(),
        None => {
            let public_url = spin_sdk::variables::get("public_url").await.unwrap_or_default();
            let ports = SpinPorts(Arc::new((SpinSqlite::default(), SpinFetch)));
            ROUTER.get_or_init(|| router(App::new(ports, &public_url))).clone()
        }
    };
    router.oneshot(request).await
}
