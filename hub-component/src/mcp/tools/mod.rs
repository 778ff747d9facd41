//! The tools, one file each: name, arguments, result and behaviour.

mod federation_status;
mod get_capability;
mod list_repos;
mod search_capabilities;

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use rmcp::model::{CallToolResult, ContentBlock, ErrorData, JsonObject, Tool, ToolAnnotations};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::PartialSchema;

/// Every tool, as clients list them.
pub fn all() -> Vec<Tool> {
    vec![search_capabilities::tool(), get_capability::tool(), list_repos::tool(), federation_status::tool()]
}

/// Calls a tool. An error in a tool is returned as a result, so that the model can read it, and also goes to the log.
///
/// # Errors
/// If there is no such tool.
pub async fn call<P: Ports>(
    app: &App<P>,
    name: &str,
    arguments: JsonObject,
    log: &mut Option<Problem>,
) -> Result<CallToolResult, ErrorData> {
    let called = match name {
        search_capabilities::NAME => search_capabilities::call(app, arguments).await,
        get_capability::NAME => get_capability::call(app, arguments).await,
        list_repos::NAME => list_repos::call(app, arguments).await,
        federation_status::NAME => federation_status::call(app, arguments).await,
        _ => {
            let words = format!("There is no tool `{}`; `tools/list` lists all tools.", quoted(name));
            return Err(ErrorData::invalid_params(words, None));
        }
    };
    Ok(called.unwrap_or_else(|problem| {
        let failed = failure(app, &problem);
        *log = Some(problem);
        failed
    }))
}

/// A problem as a result for a model: the document that HTTP clients get, and the remedy, which they would find at its `type`.
fn failure<P: Ports>(app: &App<P>, problem: &Problem) -> CallToolResult {
    let body = problem.body(app.public_url(), "");
    let mut document: JsonObject = serde_json::from_slice(&body).unwrap_or_default();
    for of_http in ["status", "request_id"] {
        document.remove(of_http);
    }
    document.insert("remedy".to_owned(), problem.kind().remedy.into());
    CallToolResult::error(vec![ContentBlock::text(Value::Object(document).to_string())])
}

/// Describes a tool that only reads from this hub.
fn read_only<Arguments: PartialSchema, Output: PartialSchema>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
) -> Tool {
    let annotations =
        ToolAnnotations::with_title(title).read_only(true).destructive(false).idempotent(true).open_world(false);
    Tool::new(name, description, schema::<Arguments>())
        .with_title(title)
        .with_raw_output_schema(schema::<Output>())
        .with_annotations(annotations)
}

/// The JSON Schema of a type. An OpenAPI 3.1 schema is the same as long as it has no references.
fn schema<T: PartialSchema>() -> Arc<JsonObject> {
    let schema = serde_json::to_value(T::schema()).ok();
    Arc::new(match schema {
        Some(Value::Object(schema)) => schema,
        _ => JsonObject::from_iter([("type".to_owned(), json!("object"))]),
    })
}

/// Reads the arguments of a tool.
fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Problem> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|error| Problem::new(&kinds::INVALID_QUERY, format!("{error}; `tools/list` has the schema.")))
}
