//! The entry point that Spin calls.

use super::{SpinPorts, database::SpinSqlite, fetch::SpinFetch, postgres::SpinPostgres, variable};
use crate::hub::{App, Host, Setting, issuers, log_keys, synonyms};
use crate::router::router;
use api::variables;
use axum::Router;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;
use std::sync::{Arc, OnceLock};
use store::either::Either;
use store::postgres::{Postgres, for_purpose, with_timeouts, with_tls, with_writable};
use tower::ServiceExt as _;

/// Built once per instance: routes, compiled schemas, rendered documents.
static ROUTER: OnceLock<Router> = OnceLock::new();

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let router = match ROUTER.get() {
        Some(router) => router.clone(),
        None => {
            let setting = Setting {
                public_url: variable(variables::PUBLIC_URL).await.unwrap_or_default(),
                host: match variable(variables::SERVED_BY).await.as_deref() {
                    Some("serve") => Host::Serve,
                    _ => Host::Spin,
                },
                synonyms: synonyms(&variable(variables::SEARCH_SYNONYMS).await.unwrap_or_default()),
                issuers: issuers(&variable(variables::CI_ISSUERS).await.unwrap_or_default()),
                primary: variable(variables::MIRROR_OF).await.unwrap_or_default(),
                log_keys: log_keys(&variable(variables::LOG_KEY).await.unwrap_or_default()),
            };
            let database = match variable(variables::DATABASE_URL).await {
                Some(url) => {
                    let authority = variable(variables::DATABASE_CA).await;
                    let url = with_timeouts(&with_writable(&with_tls(&url, authority.as_deref())));
                    let to = |purpose| SpinPostgres::at(&for_purpose(&url, purpose), authority.clone());
                    Either::Postgres(Postgres::new(to("reads")).with_writers(to("writes")))
                }
                None => Either::Sqlite(SpinSqlite::default()),
            };
            let ports = SpinPorts(Arc::new((database, SpinFetch)));
            ROUTER.get_or_init(|| router(App::new(ports, setting))).clone()
        }
    };
    router.oneshot(request).await
}
