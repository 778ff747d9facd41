//! `POST /mcp`: the HTTP side of the protocol.

use super::message::{self, Malformed, Message};
use super::schema;
use super::{methods, revision};
use crate::edge::{AppForRequest, JsonBytes, Logged, check_origin, preferred};
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::{Problem, kinds};
use api::paths;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use rmcp::model::{ErrorCode, ErrorData, JsonRpcError, JsonRpcResponse, ProtocolVersion, RequestId, ServerResult};
use serde_json::Value;

/// The answer to one message.
struct Answer {
    status: StatusCode,
    body: Value,
    log: Option<Problem>,
}

/// Speaks the Model Context Protocol.
#[utoipa::path(
    post,
    path = paths::MCP,
    operation_id = "mcp",
    tag = "federation",
    description = "For agents: tools that search and read. Supports clients of revision 2026-07-28 and clients with a handshake (2024-11-05 to \
        2025-11-25), with the protocol's headers `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name`. Needs no token. If `Origin` is sent, it must be the \
        hub's own or a loopback address. The path with a trailing slash is equivalent.",
    request_body(
        content = schema::Message,
        example = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "federation_status", "arguments": {}}}),
    ),
    responses(
        (status = 200, description = "The answer: a JSON-RPC result or error.", body = Value, headers(("Cache-Control"))),
        (status = 202, description = "A notification or a response was accepted; the response has no body."),
        (
            status = 400,
            description = "The body is not a message, or headers and body disagree: a JSON-RPC error. Malformed HTTP is a problem document.",
            content(
                (Value = "application/json"),
                (ref("#/components/schemas/Problem") = "application/problem+json"),
            ),
            headers(("Cache-Control")),
        ),
        (
            status = 404,
            description = "The method does not exist (revision 2026-07-28): a JSON-RPC error.",
            body = Value,
            headers(("Cache-Control")),
        ),
    ),
    extensions(("x-problems" = json!([kinds::ORIGIN_NOT_ALLOWED.code, kinds::NOT_ACCEPTABLE.code]))),
)]
pub async fn endpoint<P: Ports>(
    AppForRequest(app): AppForRequest<P>,
    headers: HeaderMap,
    JsonBytes(bytes): JsonBytes,
) -> Result<Response, Problem> {
    check_origin(&headers, app.configured_url())?;
    // The server never streams, so a client that accepts only a stream cannot be served.
    preferred(&headers, &[((), &["application/json"])])?;
    let answer = match serde_json::from_slice(&bytes) {
        Err(error) => Some(refuse(None, ErrorData::parse_error(format!("The body is not valid JSON: {error}."), None))),
        Ok(mut message) => {
            api::mcp::normalise(&mut message);
            answer_to(&app, &headers, message).await
        }
    };
    Ok(respond(answer))
}

async fn answer_to<P: Ports>(app: &App<P>, headers: &HeaderMap, value: Value) -> Option<Answer> {
    let message = match message::read(value) {
        Ok(message) => message,
        Err(Malformed { id, error }) => return Some(refuse(id, *error)),
    };
    let revision = revision::of(headers, &message);
    match (message, revision) {
        (Message::Request { id, .. }, Err(error)) => Some(refuse(Some(id), error)),
        (Message::Other, Err(error)) => Some(refuse(None, error)),
        (Message::Other, Ok(_)) => None,
        (Message::Request { id, method, params }, Ok(revision)) => {
            let mut log = None;
            let answered = methods::answer(app, &revision, &method, params, &mut log).await;
            Some(Answer { log, ..write(id, &revision, answered) })
        }
    }
}

/// An error in the message itself: 400 in every revision.
fn refuse(id: Option<RequestId>, error: ErrorData) -> Answer {
    Answer { status: StatusCode::BAD_REQUEST, body: written_error(id, error), log: None }
}

fn write(id: RequestId, revision: &ProtocolVersion, answered: Result<ServerResult, ErrorData>) -> Answer {
    match answered {
        Ok(result) => {
            let response = JsonRpcResponse { jsonrpc: Default::default(), id, result };
            Answer { status: StatusCode::OK, body: serde_json::to_value(response).unwrap_or_default(), log: None }
        }
        Err(error) => {
            // In revisions with a handshake, an error is answered with 200.
            let gone = !revision.has_initialize() && error.code == ErrorCode::METHOD_NOT_FOUND;
            let status = if gone { StatusCode::NOT_FOUND } else { StatusCode::OK };
            Answer { status, body: written_error(Some(id), error), log: None }
        }
    }
}

fn written_error(id: Option<RequestId>, error: ErrorData) -> Value {
    let unknown = id.is_none();
    let mut body = serde_json::to_value(JsonRpcError::new(id, error)).unwrap_or_default();
    if unknown {
        // JSON-RPC requires the member; the type omits it.
        body["id"] = Value::Null;
    }
    body
}

fn respond(answer: Option<Answer>) -> Response {
    let Some(Answer { status, body, log }) = answer else {
        return StatusCode::ACCEPTED.into_response();
    };
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(problem) = log {
        response.extensions_mut().insert(Logged(problem));
    }
    response
}
