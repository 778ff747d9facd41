//! `GET /v1/catalogues/{name}`.

use crate::edge::{self, Caching, Path};
use crate::hub::App;
use crate::hub::catalogue::{not_found, view};
use crate::openapi::Conditional;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::catalogues::Catalogue;
use api::paths;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use store::catalogues;
use store::database::read_with;

/// Reads a catalogue.
///
/// With the status of its listing: how many of its repositories are registered, and why the others are not.
#[utoipa::path(
    get,
    path = paths::CATALOGUE,
    operation_id = "readCatalogue",
    tag = "catalogues",
    params(("name" = String, Path, description = "The catalogue's name."), Conditional),
    responses((status = 200, description = "The catalogue.", body = Catalogue, headers(("ETag"), ("Cache-Control")))),
    extensions(("x-problems" = json!([kinds::CATALOGUE_NOT_FOUND.code]))),
)]
pub async fn show<P: Ports>(
    State(app): State<App<P>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shown = read_with(app.database().await?, async |tx| {
        let stored = catalogues::get(tx, &name).await?.ok_or_else(|| not_found(&name))?;
        let shown = view(tx, &stored).await?;
        Ok::<_, Problem>(shown)
    })
    .await?;
    edge::json(&headers, Caching::NoCache, &shown)
}
