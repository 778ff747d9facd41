//! JSON-RPC 2.0 messages.

use rmcp::model::{ErrorData, JsonObject, RequestId};
use serde_json::Value;

/// A message from a client.
#[derive(Debug)]
pub enum Message {
    /// A request, which needs an answer.
    Request {
        /// The id, repeated in the answer.
        id: RequestId,
        /// The method.
        method: String,
        /// The parameters; empty if the client sent none.
        params: JsonObject,
    },
    /// A message that needs no answer: a notification, or a response, although this server sends no requests.
    Other,
}

/// Why a value is not a message, with its id if it has one.
#[derive(Debug)]
pub struct Malformed {
    /// The id, repeated in the answer.
    pub id: Option<RequestId>,
    /// The error.
    pub error: Box<ErrorData>,
}

/// Reads one message.
pub fn read(value: Value) -> Result<Message, Malformed> {
    let Value::Object(mut object) = value else {
        return Err(invalid(
            None,
            "A message must be a JSON object with `jsonrpc`, `method` and, for a request, `id`.",
        ));
    };
    let id = object.remove("id");
    let readable = id.clone().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid(readable, "`jsonrpc` must be \"2.0\"."));
    }
    match (object.remove("method"), id) {
        (Some(Value::String(_)), None) if object.get("params").is_none_or(Value::is_object) => Ok(Message::Other),
        (Some(Value::String(method)), Some(_)) => {
            let Some(id) = readable else {
                return Err(invalid(None, "`id` must be a string or an integer."));
            };
            match object.remove("params") {
                None => Ok(Message::Request { id, method, params: JsonObject::new() }),
                Some(Value::Object(params)) => Ok(Message::Request { id, method, params }),
                Some(_) => Err(Malformed {
                    id: Some(id),
                    error: Box::new(ErrorData::invalid_params("`params` must be an object.", None)),
                }),
            }
        }
        (None, Some(_)) if readable.is_some() && (object.contains_key("result") || object.contains_key("error")) => {
            Ok(Message::Other)
        }
        _ => Err(invalid(readable, "`method` must be a string, and `params`, if present, an object.")),
    }
}

fn invalid(id: Option<RequestId>, words: &'static str) -> Malformed {
    Malformed { id, error: Box::new(ErrorData::invalid_request(words, None)) }
}
