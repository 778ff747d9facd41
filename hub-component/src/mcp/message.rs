//! JSON-RPC 2.0: what a message is.

use rmcp::model::{ErrorData, JsonObject, RequestId};
use serde_json::Value;

/// Most messages in one body.
pub const MOST_MESSAGES: usize = 20;

/// A message from a client.
#[derive(Debug)]
pub enum Message {
    /// Wants an answer.
    Request {
        /// Goes back with the answer.
        id: RequestId,
        /// What is asked.
        method: String,
        /// With what; empty where the client sent none.
        params: JsonObject,
    },
    /// Wants none: a notification, or a response, though this server asks clients for nothing.
    Other,
}

/// Why something is no message, with its id where it has one.
#[derive(Debug)]
pub struct Malformed {
    /// Goes back with the answer.
    pub id: Option<RequestId>,
    /// What is wrong.
    pub error: Box<ErrorData>,
}

/// Reads one message.
pub fn read(value: Value) -> Result<Message, Malformed> {
    let Value::Object(mut object) = value else {
        return Err(invalid(None, "A message is a JSON object with `jsonrpc`, `method` and, for a request, `id`."));
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
        _ => Err(invalid(readable, "A message has `method`, a string, and `params`, if any, as an object.")),
    }
}

fn invalid(id: Option<RequestId>, words: &'static str) -> Malformed {
    Malformed { id, error: Box::new(ErrorData::invalid_request(words, None)) }
}
