//! `POST /v1/catalogues`.

use crate::edge::{Caller, JsonBody};
use crate::hub::App;
use crate::hub::catalogue::{refresh_later, view};
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::catalogues::Catalogue;
use api::events::action;
use api::paths::{self, expand};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use federation::catalogue::Catalogue as Definition;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use store::catalogues::{self, MAX_CATALOGUES, Stored};
use store::database::write_with;
use store::events::{self, Event, Subject};

/// Registers a catalogue.
///
/// The hub lists its repositories after the response, and registers those that have an index. The token must cover every name that begins with
/// `prefix`.
#[utoipa::path(
    post,
    path = paths::CATALOGUES,
    operation_id = "createCatalogue",
    tag = "catalogues",
    request_body(content = ref("#/components/schemas/CatalogueRequest")),
    responses((status = 201, description = "The catalogue was registered.", body = Catalogue, headers(("Location")))),
    extensions(("x-problems" = json!([
        kinds::CATALOGUE_EXISTS.code, kinds::INVALID_CATALOGUE.code, kinds::TOO_MANY_CATALOGUES.code,
    ]))),
    security(("token" = [])),
)]
pub async fn create<P: Ports>(
    State(app): State<App<P>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let definition = Definition::from_value(&body).map_err(Problem::invalid_catalogue)?;
    let actor = caller.writes_all(&definition.prefix)?;
    let now = app.ports.now();
    let name = definition.name.clone();
    let stored = Stored::new(definition, &actor.name, now);
    let shown = write_with(app.database().await?, async |tx| {
        if catalogues::count(tx).await? >= MAX_CATALOGUES {
            let detail = format!("The hub has {MAX_CATALOGUES} catalogues; delete one that is no longer needed.");
            return Err(Problem::new(&kinds::TOO_MANY_CATALOGUES, detail));
        }
        if !catalogues::insert(tx, &stored).await? {
            let detail =
                format!("The catalogue `{name}` already exists; change it with `PATCH /v1/catalogues/{name}`.");
            return Err(Problem::new(&kinds::CATALOGUE_EXISTS, detail));
        }
        let event = Event {
            action: action::CATALOGUE_CREATE,
            subject: Subject::Catalogue(&name),
            before: Value::Null,
            after: json!(stored.catalogue),
            revision: None,
        };
        events::record(tx, actor.origin(action::CATALOGUE_CREATE), event, now).await?;
        let shown = view(tx, &stored).await?;
        Ok::<_, Problem>(shown)
    })
    .await?;
    refresh_later(&app);
    let mut response = (StatusCode::CREATED, Json(shown)).into_response();
    let location = HeaderValue::from_str(&expand(paths::CATALOGUE, &[&name])).ok();
    response.headers_mut().extend(location.map(|location| (LOCATION, location)));
    Ok(response)
}
