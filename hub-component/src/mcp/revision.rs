//! The protocol revision of a request, and what the request must state for it.
//!
//! Up to 2025-11-25 a client performs a handshake with `initialize` and may name the revision in a header. From 2026-07-28 on there is
//! no handshake: every request names revision and client in `_meta`, and headers repeat the values that proxies route by.

use super::message::Message;
use http::HeaderMap;
use rmcp::model::{ErrorData, JsonObject, ProtocolVersion, RequestMetaObject};
use serde_json::Value;

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The revision of a message that is not a request, from the header.
pub fn of_header(headers: &HeaderMap) -> Result<ProtocolVersion, ErrorData> {
    match single(headers, VERSION)? {
        // The default is specified by the revision that introduced the header.
        None => Ok(ProtocolVersion::V_2025_03_26),
        Some(name) => known(&version(name)),
    }
}

/// The revision of a request.
pub fn of_request(headers: &HeaderMap, method: &str, params: &JsonObject) -> Result<ProtocolVersion, ErrorData> {
    let header = single(headers, VERSION)?.map(version);
    if method == "initialize" {
        return negotiated(header.as_ref(), params);
    }
    let meta = match params.get("_meta") {
        Some(Value::Object(meta)) => RequestMetaObject::from(meta.clone()),
        _ => RequestMetaObject::new(),
    };
    let named = meta.protocol_version();
    let without_handshake =
        named.is_some() || method == "server/discover" || header.as_ref().is_some_and(|v| !v.has_initialize());
    if !without_handshake {
        return of_header(headers);
    }
    // An unknown revision may have other requirements, so it is refused first.
    for asked in named.iter().chain(&header) {
        known(asked)?;
    }
    let missing = meta.missing_required_keys(&ProtocolVersion::NO_INITIALIZE);
    let Some(named) = named.filter(|_| missing.is_empty()) else {
        return Err(ErrorData::invalid_params(
            format!("These members of `params._meta` are missing or malformed: {}.", missing.join(", ")),
            None,
        ));
    };
    if header.as_ref() != Some(&named) {
        return Err(mismatch("MCP-Protocol-Version", named.as_str()));
    }
    let revision = known(&named)?;
    if !revision.has_initialize() {
        repeats(headers, METHOD, "Mcp-Method", method)?;
        if let ("tools/call", Some(Value::String(name))) = (method, params.get("name")) {
            // A Base64 name cannot match: the names of this server are plain ASCII.
            repeats(headers, NAME, "Mcp-Name", name)?;
        }
    }
    Ok(revision)
}

/// The revision negotiated by `initialize`: the client's if it is known and has a handshake, otherwise the newest that has one.
fn negotiated(header: Option<&ProtocolVersion>, params: &JsonObject) -> Result<ProtocolVersion, ErrorData> {
    let asked = params.get("protocolVersion").and_then(Value::as_str).map(version);
    if let (Some(header), Some(asked)) = (header, &asked)
        && header != asked
    {
        return Err(ErrorData::invalid_request(
            format!("The header MCP-Protocol-Version is {header}, but `params.protocolVersion` is {asked}."),
            None,
        ));
    }
    let agreed = asked.filter(|asked| asked.has_initialize()).and_then(|asked| known(&asked).ok());
    Ok(agreed.unwrap_or(ProtocolVersion::LATEST_WITH_INITIALIZE))
}

fn version(name: &str) -> ProtocolVersion {
    // Any text is accepted as a version, even an unknown one.
    serde_json::from_value(Value::from(name)).unwrap_or_default()
}

fn known(version: &ProtocolVersion) -> Result<ProtocolVersion, ErrorData> {
    let supported = ProtocolVersion::KNOWN_VERSIONS;
    if supported.contains(version) {
        return Ok(version.clone());
    }
    Err(ErrorData::unsupported_protocol_version(version.clone(), supported))
}

fn repeats(headers: &HeaderMap, header: &'static str, shown: &str, value: &str) -> Result<(), ErrorData> {
    if single(headers, header)? == Some(value) { Ok(()) } else { Err(mismatch(shown, value)) }
}

/// Returns a header that may appear only once, because two readers could choose different values.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, ErrorData> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    match (first.map(|value| value.to_str()), second) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(ErrorData::header_mismatch(format!("Send the header {name} once, in ASCII."), None)),
    }
}

fn mismatch(header: &str, expected: &str) -> ErrorData {
    ErrorData::header_mismatch(format!("The header {header} must repeat the value in the body: `{expected}`."), None)
}

/// The revision of any message.
pub fn of(headers: &HeaderMap, message: &Message) -> Result<ProtocolVersion, ErrorData> {
    match message {
        Message::Request { method, params, .. } => of_request(headers, method, params),
        Message::Other => of_header(headers),
    }
}
