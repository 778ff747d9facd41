//! `DELETE /v1/catalogues/{name}`.

use crate::edge::{Caller, Path};
use crate::hub::App;
use crate::hub::catalogue::not_found;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::events::action;
use api::paths;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};
use store::catalogues;
use store::database::write_with;
use store::events::{self, Event, Subject};

/// Deletes a catalogue.
///
/// Its registrations stay as they are. A new catalogue of the same name takes them over.
#[utoipa::path(
    delete,
    path = paths::CATALOGUE,
    operation_id = "deleteCatalogue",
    tag = "catalogues",
    params(("name" = String, Path, description = "The catalogue's name.")),
    responses((status = 204, description = "The catalogue was deleted.")),
    extensions(("x-problems" = json!([kinds::CATALOGUE_NOT_FOUND.code]))),
    security(("token" = [])),
)]
pub async fn delete<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.writes_some()?;
    let now = app.ports.now();
    write_with(app.database().await?, async |tx| {
        let stored = catalogues::get(tx, &name).await?.ok_or_else(|| not_found(&name))?;
        let actor = caller.writes_all(&stored.catalogue.prefix)?;
        catalogues::delete(tx, &name).await?;
        let event = Event {
            action: action::CATALOGUE_DELETE,
            subject: Subject::Catalogue(&name),
            before: json!(stored.catalogue),
            after: Value::Null,
            revision: None,
        };
        events::record(tx, actor.origin(action::CATALOGUE_DELETE), event, now).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
