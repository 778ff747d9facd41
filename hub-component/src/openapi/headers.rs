//! Headers in the OpenAPI document. A handler names the headers that it sends. Their descriptions are defined once, here, together with
//! the header that every request may have.

use serde_json::{Map, Value, json};

const DIGITS: &str = "^[0-9]+$";
const RFC3339: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";

/// Name, pattern and description.
static HEADERS: [(&str, &str, &str); 23] = [
    ("Access-Control-Allow-Origin", "^\\*$", "Scripts from any origin may read the response."),
    ("Access-Control-Expose-Headers", "", "The headers that such scripts may read."),
    ("Allow", "^[A-Z]+(,[A-Z]+)*$", "The methods that the path supports."),
    ("Cache-Control", "", "How the response may be cached."),
    ("Content-Encoding", "^gzip$", "The compression of the body; absent if the body is not compressed."),
    ("Content-Security-Policy", "^default-src 'none'; ", "Restricts what a browser may load and run for the page."),
    ("Cross-Origin-Opener-Policy", "^same-origin$", "Isolates the page from windows from other origins."),
    ("Cross-Origin-Resource-Policy", "^same-origin$", "Prevents pages from other origins from embedding it."),
    ("ETag", "^(W/)?\"[^\"]*\"$", "Entity tag for `If-None-Match`; for a registration, for `If-Match`."),
    ("Last-Modified", "", "When the revision was composed."),
    ("Link", "^<[^>]*>; *rel=", "Links to related resources (RFC 8288)."),
    ("Location", "", "URL of the created resource, or of the renamed one."),
    ("Permissions-Policy", "", "Browser features that the page does not use."),
    ("Referrer-Policy", "^no-referrer$", "The browser sends no `Referer` when a link is followed."),
    ("Retry-After", DIGITS, "Seconds to wait before trying again."),
    ("Reuse-Surface-Revision", DIGITS, "Number of the revision."),
    ("Reuse-Surface-Verified", RFC3339, "When the least recently verified of the contributing sources was verified."),
    ("Reuse-Surface-Mirrored", RFC3339, "On a mirror: when its primary last said that it has nothing newer."),
    (
        "Strict-Transport-Security",
        "^max-age=[0-9]+$",
        "Sent only if the hub is reached over https; browsers then use https for all further requests.",
    ),
    ("Vary", "", "The request headers that the response depends on."),
    ("WWW-Authenticate", "^Bearer ", "How to authenticate."),
    ("X-Content-Type-Options", "^nosniff$", "Browsers must use `Content-Type` and must not guess the type."),
    (
        "X-Request-Id",
        "^[0-9A-Za-z._-]{1,128}$",
        "The id of the request: the client's own, or a new one. Quote it when you report a problem.",
    ),
];

/// The headers of every response.
const ALWAYS: [&str; 2] = ["X-Request-Id", "X-Content-Type-Options"];
const READS: [&str; 2] = ["Access-Control-Allow-Origin", "Access-Control-Expose-Headers"];

/// The additional headers of every page.
const PAGES: [&str; 5] = [
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
];

/// Adds the common headers to the responses of an operation, and references the descriptions of all headers.
pub fn attach(reads: bool, operation: &mut Map<String, Value>) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({"$ref": "#/components/parameters/X-Request-Id"}));
    }
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for response in responses.into_iter().flat_map(|responses| responses.values_mut()).filter_map(Value::as_object_mut)
    {
        if response.contains_key("$ref") {
            continue;
        }
        let page = response.get("content").is_some_and(|content| content.get("text/html").is_some());
        let headers = response.entry("headers").or_insert_with(|| json!({}));
        let further = READS.iter().filter(|_| reads).chain(PAGES.iter().filter(|_| page));
        for name in ALWAYS.iter().chain(further) {
            headers[*name] = Value::Null;
        }
        for (name, header) in headers.as_object_mut().into_iter().flatten() {
            if HEADERS.iter().any(|(known, ..)| known == name) {
                *header = json!({"$ref": format!("#/components/headers/{name}")});
            }
        }
    }
}

/// Adds the description of every header.
pub fn add(components: &mut Value) {
    components["parameters"]["X-Request-Id"] = json!({
        "name": "X-Request-Id",
        "in": "header",
        "required": false,
        "description": "An id for the request; the response repeats it if it is short and plain.",
        "schema": {"type": "string"},
    });
    for (name, pattern, meaning) in HEADERS {
        let mut schema = json!({"type": "string"});
        if !pattern.is_empty() {
            schema["pattern"] = pattern.into();
        }
        components["headers"][name] = json!({"description": meaning, "schema": schema});
    }
}

/// Leaves out the headers that no response has.
pub fn retain_used(document: &mut Value) {
    let text = document.to_string();
    if let Some(headers) = document["components"]["headers"].as_object_mut() {
        headers.retain(|name, _| text.contains(&format!("#/components/headers/{name}\"")));
    }
}
