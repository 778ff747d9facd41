//! `POST /v1/catalogues/{name}/release`.

use crate::edge::{Caller, Path};
use crate::hub::App;
use crate::hub::catalogue::{not_found, refresh_later, view};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::catalogues::Catalogue;
use api::events::action;
use api::paths;
use axum::Json;
use axum::extract::State;
use serde_json::json;
use store::catalogues;
use store::database::write_with;
use store::events::{self, Event, Subject};

/// Accepts a held listing.
///
/// For an organisation that lost most of its repositories on purpose. The hub lists them again after the response, and accepts the listing if it has
/// the same repositories as the held one, apart from those that are archived, private or empty.
#[utoipa::path(
    post,
    path = paths::CATALOGUE_RELEASE,
    operation_id = "releaseCatalogue",
    tag = "catalogues",
    params(("name" = String, Path, description = "The catalogue's name.")),
    responses((status = 200, description = "The held listing was released.", body = Catalogue)),
    extensions(("x-problems" = json!([kinds::CATALOGUE_NOT_FOUND.code, kinds::NO_LISTING_HELD.code]))),
    security(("token" = [])),
)]
pub async fn release<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Catalogue>, Problem> {
    caller.writes_some()?;
    let now = app.ports.now();
    let shown = write_with(app.database().await?, async |tx| {
        let mut stored = catalogues::get(tx, &name).await?.ok_or_else(|| not_found(&name))?;
        let actor = caller.writes_all(&stored.catalogue.prefix)?;
        let before = json!(stored.record.held);
        if !stored.record.release() {
            let detail = format!("No listing of `{name}` is waiting for release.");
            return Err(Problem::new(&kinds::NO_LISTING_HELD, detail));
        }
        catalogues::save(tx, &stored, None).await?;
        let event = Event {
            action: action::CATALOGUE_RELEASE,
            subject: Subject::Catalogue(&name),
            before,
            after: json!({ "released": stored.record.released }),
            revision: None,
        };
        events::record(tx, actor.origin(action::CATALOGUE_RELEASE), event, now).await?;
        let shown = view(tx, &stored).await?;
        Ok::<_, Problem>(shown)
    })
    .await?;
    refresh_later(&app);
    Ok(Json(shown))
}
