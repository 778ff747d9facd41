//! Headers in the OpenAPI document. A handler names those that it sends; what each means is said once, here, and so is the one that
//! every request may have.

use serde_json::{Map, Value, json};

const DIGITS: &str = "^[0-9]+$";
const RFC3339: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";

/// Name, pattern, meaning.
static HEADERS: [(&str, &str, &str); 22] = [
    ("Access-Control-Allow-Origin", "^\\*$", "Scripts of any origin may read the answer."),
    ("Access-Control-Expose-Headers", "", "The headers that such scripts may read."),
    ("Allow", "^[A-Z]+(,[A-Z]+)*$", "The methods that the path takes."),
    ("Cache-Control", "", "How long the answer may be kept."),
    ("Content-Encoding", "^gzip$", "How the body is compressed; absent if it is not."),
    ("Content-Security-Policy", "^default-src 'none'; ", "What a browser may do with the page."),
    ("Cross-Origin-Opener-Policy", "^same-origin$", "Isolates the page from windows of other origins."),
    ("Cross-Origin-Resource-Policy", "^same-origin$", "Forbids pages of other origins to embed it."),
    ("ETag", "^(W/)?\"[^\"]*\"$", "Entity tag for `If-None-Match`; of a registration, for `If-Match`."),
    ("Last-Modified", "", "When the revision was composed."),
    ("Link", "^<[^>]*>; *rel=", "Where more about the answer is (RFC 8288)."),
    ("Location", "", "Address of what was created."),
    ("Permissions-Policy", "", "Browser features that the page does not use."),
    ("Referrer-Policy", "^no-referrer$", "Links do not reveal which page they were followed from."),
    ("Retry-After", DIGITS, "Seconds after which to try again."),
    ("Reuse-Surface-Revision", DIGITS, "Number of the revision."),
    ("Reuse-Surface-Verified", RFC3339, "When the least recently verified source of the document was verified."),
    (
        "Strict-Transport-Security",
        "^max-age=[0-9]+$",
        "Only where the hub is reached by https: browsers use nothing else from now on.",
    ),
    ("Vary", "", "The request headers that the answer depends on."),
    ("WWW-Authenticate", "^Bearer ", "How to authenticate."),
    ("X-Content-Type-Options", "^nosniff$", "Browsers do not guess another type than `Content-Type`."),
    (
        "X-Request-Id",
        "^[0-9A-Za-z._-]{1,128}$",
        "The id of the request: the client's own, or a new one. Quote it when you report a problem.",
    ),
];

/// What every answer has, and what every answer to a read has.
const ALWAYS: [&str; 2] = ["X-Request-Id", "X-Content-Type-Options"];
const READS: [&str; 2] = ["Access-Control-Allow-Origin", "Access-Control-Expose-Headers"];

/// What every page has besides.
const PAGES: [&str; 5] = [
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
];

/// Adds the common headers to the responses of an operation, and refers to the meaning of all.
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

/// Adds the meaning of every header.
pub fn add(components: &mut Value) {
    components["parameters"]["X-Request-Id"] = json!({
        "name": "X-Request-Id",
        "in": "header",
        "required": false,
        "description": "An id for the request, which the answer repeats if it is short and plain.",
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
