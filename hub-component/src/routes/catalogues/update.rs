//! `PATCH /v1/catalogues/{name}`.

use crate::edge::{Caller, JsonBody, Path};
use crate::hub::App;
use crate::hub::catalogue::{not_found, refresh_later, view};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::catalogues::Catalogue;
use api::events::action;
use api::headers::MERGE_PATCH;
use api::paths;
use axum::Json;
use axum::extract::State;
use serde_json::json;
use store::database::write_with;
use store::events::{self, Event, Subject};
use store::{catalogues, members};

/// Changes a catalogue.
///
/// The body is a JSON merge patch (RFC 7396): absent fields stay as they are. `name`, `kind` and `prefix` never change. The hub lists the repositories
/// again after the response. A new `domain` or `cache_ttl_seconds` applies to later registrations only. If `url` moves to another forge, the
/// registered repositories are recognised by name.
#[utoipa::path(
    patch,
    path = paths::CATALOGUE,
    operation_id = "updateCatalogue",
    tag = "catalogues",
    params(("name" = String, Path, description = "The catalogue's name.")),
    request_body(
        description = "The fields to change (RFC 7396); null resets a field to its default.",
        content(
            (ref("#/components/schemas/CataloguePatch") = MERGE_PATCH),
            (ref("#/components/schemas/CataloguePatch") = "application/json"),
        ),
    ),
    responses((status = 200, description = "The updated catalogue.", body = Catalogue)),
    extensions(("x-problems" = json!([kinds::CATALOGUE_NOT_FOUND.code, kinds::INVALID_CATALOGUE.code]))),
    security(("token" = [])),
)]
pub async fn update<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(name): Path<String>,
    JsonBody(patch): JsonBody,
) -> Result<Json<Catalogue>, Problem> {
    caller.writes_some()?;
    let now = app.ports.now();
    let (shown, is_changed) = write_with(app.database().await?, async |tx| {
        let mut stored = catalogues::get(tx, &name).await?.ok_or_else(|| not_found(&name))?;
        let actor = caller.writes_all(&stored.catalogue.prefix)?;
        let changed = stored.catalogue.merge(&patch).map_err(Problem::invalid_catalogue)?;
        if changed == stored.catalogue {
            return Ok((view(tx, &stored).await?, false));
        }
        if !changed.has_ids_of(&stored.catalogue) {
            members::on_another_forge(tx, &name).await?;
        }
        if changed.url != stored.catalogue.url {
            stored.record.address_changed();
        }
        let before = json!(stored.catalogue);
        stored.catalogue = changed;
        stored.updated_at = now;
        stored.record.next_listing_at = None;
        catalogues::save(tx, &stored, None).await?;
        let event = Event {
            action: action::CATALOGUE_UPDATE,
            subject: Subject::Catalogue(&name),
            before,
            after: json!(stored.catalogue),
            revision: None,
        };
        events::record(tx, actor.origin(action::CATALOGUE_UPDATE), event, now).await?;
        let shown = view(tx, &stored).await?;
        Ok::<_, Problem>((shown, true))
    })
    .await?;
    if is_changed {
        refresh_later(&app);
    }
    Ok(Json(shown))
}
