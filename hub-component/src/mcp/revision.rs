//! Which revision of the protocol a request speaks, and what it must say for that.
//!
//! Up to 2025-11-25 a client shakes hands with `initialize` and may name the revision in a header. From 2026-07-28 on there is no
//! handshake: every request names revision and client in `_meta`, and headers repeat what proxies route by.

use super::message::Message;
use http::HeaderMap;
use rmcp::model::{ErrorData, JsonObject, ProtocolVersion, RequestMetaObject};
use serde_json::Value;

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The revision of a message that is no request, and of a batch: what the header says.
pub fn of_header(headers: &HeaderMap) -> Result<ProtocolVersion, ErrorData> {
    match single(headers, VERSION)? {
        // So says the revision that introduced the header.
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
    // Whatever else a revision that is not known yet may want.
    for asked in named.iter().chain(&header) {
        known(asked)?;
    }
    let missing = meta.missing_required_keys(&ProtocolVersion::NO_INITIALIZE);
    let Some(named) = named.filter(|_| missing.is_empty()) else {
        return Err(ErrorData::invalid_params(
            format!("`params._meta` lacks, or has malformed: {}.", missing.join(", ")),
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
            // A name in Base64 is none of ours: those are plain ASCII.
            repeats(headers, NAME, "Mcp-Name", name)?;
        }
    }
    Ok(revision)
}

/// Whether several messages may come in one body: only 2025-03-26 knew that.
pub fn takes_batches(revision: &ProtocolVersion) -> bool {
    *revision == ProtocolVersion::V_2025_03_26
}

/// The revision that `initialize` agrees on: the client's if it has a handshake and is known, else the newest that has one.
fn negotiated(header: Option<&ProtocolVersion>, params: &JsonObject) -> Result<ProtocolVersion, ErrorData> {
    let asked = params.get("protocolVersion").and_then(Value::as_str).map(version);
    if let (Some(header), Some(asked)) = (header, &asked)
        && header != asked
    {
        return Err(ErrorData::invalid_request(
            format!("The header MCP-Protocol-Version says {header}, `params.protocolVersion` {asked}."),
            None,
        ));
    }
    let agreed = asked.filter(|asked| asked.has_initialize()).and_then(|asked| known(&asked).ok());
    Ok(agreed.unwrap_or(ProtocolVersion::LATEST_WITH_INITIALIZE))
}

fn version(name: &str) -> ProtocolVersion {
    // Any text is a version, if not one that is known.
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

/// A header that may stand there once; two readers could take different ones of several.
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
    ErrorData::header_mismatch(format!("The header {header} must repeat what the body says: `{expected}`."), None)
}

/// The revision of a message, whatever it is.
pub fn of(headers: &HeaderMap, message: &Message) -> Result<ProtocolVersion, ErrorData> {
    match message {
        Message::Request { method, params, .. } => of_request(headers, method, params),
        Message::Other => of_header(headers),
    }
}
