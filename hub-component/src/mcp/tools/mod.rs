//! The tools, one file each: name, arguments, result and behaviour.

mod arguments;
mod failure;
mod federation_status;
mod get_capability;
mod list_consumers;
mod list_repos;
mod read_only;
mod schema;
mod search_capabilities;

use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, quoted};
use rmcp::model::{CallToolResult, ErrorData, JsonObject, Tool};

/// Every tool, as clients list them.
pub fn all() -> Vec<Tool> {
    vec![
        search_capabilities::tool(),
        get_capability::tool(),
        list_repos::tool(),
        federation_status::tool(),
        list_consumers::tool(),
    ]
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
        list_consumers::NAME => list_consumers::call(app, arguments).await,
        list_repos::NAME => list_repos::call(app, arguments).await,
        federation_status::NAME => federation_status::call(app, arguments).await,
        _ => {
            let names: Vec<String> = all().iter().map(|tool| format!("`{}`", tool.name)).collect();
            let words = format!("There is no tool `{}`; the tools are {}.", quoted(name), names.join(", "));
            return Err(ErrorData::invalid_params(words, None));
        }
    };
    Ok(called.unwrap_or_else(|problem| {
        let failed = failure::result(app, &problem);
        *log = Some(problem);
        failed
    }))
}
