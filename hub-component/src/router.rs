//! Every route of the hub.

use crate::edge::{Edge, finish, follow_renamed};
use crate::hub::App;
use crate::mcp;
use crate::openapi;
use crate::pages;
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use crate::routes::openapi::Document;
use crate::routes::{
    self, about, capabilities, catalogues, changes, check, consumers, demand, discovery, events, federated, feeds,
    health, hooks, indexes, metrics, overlaps, repos, schemas, tokens, transparency, upstreams,
};
use api::paths;
use axum::extract::OriginalUri;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{Method, Uri};
use percent_encoding::percent_decode_str;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route with its description. `routes!` takes the path and the method from the handler's `#[utoipa::path]`, so the router and the
/// OpenAPI document always have the same routes.
fn table<P: Ports>() -> OpenApiRouter<App<P>> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(routes::openapi::document))
        .routes(routes!(health::health))
        .routes(routes!(health::live))
        .routes(routes!(metrics::metrics))
        .routes(routes!(repos::list, repos::register))
        .routes(routes!(repos::show, repos::update, repos::deregister))
        .routes(routes!(repos::refresh))
        .routes(routes!(repos::release))
        .routes(routes!(hooks::create, hooks::remove))
        .routes(routes!(hooks::receive))
        .routes(routes!(catalogues::list, catalogues::create))
        .routes(routes!(catalogues::show, catalogues::update, catalogues::delete))
        .routes(routes!(catalogues::release))
        .routes(routes!(upstreams::list))
        .routes(routes!(upstreams::show, upstreams::set, upstreams::remove))
        .routes(routes!(check::check))
        .routes(routes!(federated::read))
        .routes(routes!(federated::manifest))
        .routes(routes!(federated::revisions))
        .routes(routes!(federated::follow))
        .routes(routes!(federated::compose))
        .routes(routes!(transparency::checkpoint))
        .routes(routes!(transparency::inclusion))
        .routes(routes!(transparency::consistency))
        .routes(routes!(transparency::tile))
        .routes(routes!(capabilities::search))
        .routes(routes!(capabilities::show))
        .routes(routes!(consumers::consumers))
        .routes(routes!(demand::demand))
        .routes(routes!(overlaps::overlaps))
        .routes(routes!(changes::changes))
        .routes(routes!(feeds::atom))
        .routes(routes!(feeds::follow))
        .routes(routes!(indexes::index))
        .routes(routes!(mcp::endpoint))
        .routes(routes!(schemas::list))
        .routes(routes!(schemas::show))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::own))
        .routes(routes!(tokens::exchange))
        .routes(routes!(tokens::revoke))
        .routes(routes!(events::read))
        .merge(page_table())
        .merge(discovery_table())
}

/// The pages for people.
fn page_table<P: Ports>() -> OpenApiRouter<App<P>> {
    OpenApiRouter::new()
        .routes(routes!(pages::start))
        .routes(routes!(pages::repos))
        .routes(routes!(pages::repo))
        .routes(routes!(pages::capabilities))
        .routes(routes!(pages::capability))
        .routes(routes!(pages::demand))
        .routes(routes!(pages::overlaps))
        .routes(routes!(pages::revisions))
        .routes(routes!(pages::revision))
        .routes(routes!(pages::favicon))
        .routes(routes!(pages::codes))
        .routes(routes!(pages::code))
}

/// The hub's descriptions of itself, and the standards by which agents find its capabilities.
fn discovery_table<P: Ports>() -> OpenApiRouter<App<P>> {
    OpenApiRouter::new()
        .routes(routes!(about::llms))
        .routes(routes!(about::robots))
        .routes(routes!(about::api_catalog))
        .routes(routes!(about::hub))
        .routes(routes!(discovery::search))
        .routes(routes!(discovery::resources))
        .routes(routes!(discovery::resource))
        .routes(routes!(discovery::manifest))
        .routes(routes!(discovery::ai_catalog))
        .routes(routes!(discovery::servers))
        .routes(routes!(discovery::versions))
        .routes(routes!(discovery::server))
}

/// The hub as an HTTP service.
pub fn router<P: Ports>(app: App<P>) -> Router {
    let (router, description) = table().split_for_parts();
    let edge = Edge { app: app.clone(), problem_page: pages::problem };
    let document = Document::new(description);
    router
        // Many people configure this URL with a slash, and clients do not repeat a POST after a redirect.
        .route(paths::MCP_WITH_SLASH, post(mcp::endpoint::<P>))
        // OpenAPI has no parameter for several segments of a path.
        .route(paths::LOG_TILES, get(transparency::part_of_tile::<P>))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(Arc::new(document)))
        .layer(from_fn_with_state(app.clone(), follow_renamed))
        .layer(from_fn_with_state(edge, finish))
        .with_state(app)
}

/// The path with its percent-encoding decoded, for messages.
fn path_of(uri: &Uri) -> String {
    quoted(&percent_decode_str(uri.path()).decode_utf8_lossy())
}

async fn nothing_here(OriginalUri(uri): OriginalUri) -> Problem {
    Problem::new(
        &kinds::NOT_FOUND,
        format!("`{}` is not a path of this hub; `/openapi.json` lists all paths.", path_of(&uri)),
    )
}

async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    Problem::new(
        &kinds::METHOD_NOT_ALLOWED,
        format!("`{}` does not support {method}; `Allow` lists the methods that it supports.", path_of(&uri)),
    )
}
