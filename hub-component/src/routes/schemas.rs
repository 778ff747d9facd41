//! `/schemas`: the schemas of the documents, at the URLs in their `$id`.

use crate::edge::{self, Caching, Path, StaticContent, memo, preferred_type};
use crate::hub::MAX_MEMO_SECONDS;
use crate::openapi::Conditional;
use crate::problem::{Problem, kinds, quoted};
use api::paths::{self, expand};
use api::schemas::{SchemaListed, Schemas};
use axum::response::Response;
use federation::schema::{self, NAMES, Schema};
use http::header::VARY;
use http::{HeaderMap, HeaderValue};

const YAML: &str = "application/yaml";
const JSON: &str = "application/schema+json";

/// Lists the schemas.
///
/// One for every document that the hub sends or accepts.
#[utoipa::path(
    get,
    path = paths::SCHEMAS,
    operation_id = "listSchemas",
    tag = "about",
    params(Conditional),
    responses((status = 200, description = "All schemas.", body = Schemas, headers(("ETag"), ("Cache-Control")))),
)]
pub async fn list(request: HeaderMap) -> Result<Response, Problem> {
    let listed = |name: &'static str| SchemaListed {
        title: Schema::from_name(name)
            .and_then(schema::document)
            .and_then(|d| d["title"].as_str())
            .unwrap_or(name)
            .to_owned(),
        yaml: expand(paths::SCHEMA, &[name]),
        json: expand(paths::SCHEMA, &[&in_json(name)]),
    };
    let list = Schemas { schemas: NAMES.into_iter().map(listed).collect() };
    Ok(memo(edge::json(&request, Caching::ForAnHour, &list)?, Some(MAX_MEMO_SECONDS)))
}

/// Reads a schema.
///
/// JSON Schema 2020-12. `name.schema.json` is JSON; `name.schema.yaml` is YAML unless `Accept` prefers `application/schema+json` or
/// `application/json`.
#[utoipa::path(
    get,
    path = paths::SCHEMA,
    operation_id = "readSchema",
    tag = "about",
    params(
        ("name" = String, Path, description = "Name of the file.", example = "federated.schema.yaml"),
        Conditional,
    ),
    responses(
        (
            status = 200,
            description = "The schema.",
            content((Object = "application/yaml"), (Object = "application/schema+json")),
            headers(("ETag"), ("Cache-Control"), ("Vary")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::NOT_FOUND.code]))),
)]
pub async fn show(Path(name): Path<String>, request: HeaderMap) -> Result<Response, Problem> {
    let known = NAMES.into_iter().find(|known| *known == name || in_json(known) == name);
    let schema = known.and_then(Schema::from_name).ok_or_else(|| {
        let detail = format!("`{}` is not a schema of this hub; `/schemas` lists the schemas.", quoted(&name));
        Problem::new(&kinds::NOT_FOUND, detail)
    })?;
    let yaml = schema.name() == name && preferred_type(&request, &[YAML, JSON, "application/json"]) == YAML;
    let fixed = match schema::document(schema).filter(|_| !yaml) {
        Some(document) => StaticContent::new(JSON, format!("{document:#}\n")),
        None => StaticContent::new(YAML, schema::text(schema)),
    };
    let mut response = fixed.respond(&request);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

fn in_json(name: &str) -> String {
    name.replace(".yaml", ".json")
}
