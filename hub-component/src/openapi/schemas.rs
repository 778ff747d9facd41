//! The documents of `schemas/` as components of the OpenAPI document: the files stay the source of truth.

use federation::schema::{self, Schema};
use serde_json::{Map, Value, json};

/// Name of a component, and the schema that it is.
const COMPONENTS: [(&str, Schema); 5] = [
    ("CapabilityIndex", Schema::CapabilityIndex),
    ("HubRegistration", Schema::HubRegistration),
    ("FederationManifest", Schema::Federation),
    ("Federated", Schema::Federated),
    ("TokenRequest", Schema::TokenRequest),
];

/// Adds the schemas, and the two bodies that are made of them.
pub fn add(components: &mut Value) {
    for (name, schema) in COMPONENTS {
        let Some(document) = schema::document(schema) else { continue };
        let mut document = document.clone();
        let definitions = document.as_object_mut().and_then(|document| document.shift_remove("$defs"));
        for (part, mut definition) in definitions.as_ref().and_then(Value::as_object).cloned().unwrap_or_default() {
            relocate(&mut definition, name);
            components["schemas"][component(name, &part)] = definition;
        }
        relocate(&mut document, name);
        if let Some(document) = document.as_object_mut() {
            document.shift_remove("$schema");
            document.shift_remove("$id");
        }
        components["schemas"][name] = document;
    }
    mark_times(&mut components["schemas"]);
    components["schemas"]["CheckRequest"] = check_request();
    let source = &components["schemas"][component("FederationManifest", "source")];
    components["schemas"]["RegistrationPatch"] = patch(source["properties"].as_object());
}

/// Says of every time that it is one: their names end with `_at` or `_since`.
fn mark_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_text = field["type"] == "string" || field["type"][0] == "string";
                match field {
                    Value::Object(of_time) if is_text && (name.ends_with("_at") || name.ends_with("_since")) => {
                        of_time.insert("format".to_owned(), "date-time".into());
                    }
                    _ => mark_times(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mark_times),
        _ => {}
    }
}

/// A URL alone, or a registration.
fn check_request() -> Value {
    json!({
        "anyOf": [
            {
                "type": "object",
                "required": ["url"],
                "additionalProperties": false,
                "properties": {"url": {"$ref": "#/components/schemas/FederationManifestSource/properties/url"}},
            },
            {"$ref": "#/components/schemas/HubRegistration"},
        ],
    })
}

/// Some of the fields of a registration; null for the default.
fn patch(fields: Option<&Map<String, Value>>) -> Value {
    let mut properties = Map::new();
    for name in fields.into_iter().flat_map(Map::keys).filter(|name| *name != "index") {
        let field = json!({"$ref": format!("#/components/schemas/FederationManifestSource/properties/{name}")});
        // Without a default, null would take away what a registration must have.
        let required = matches!(name.as_str(), "repo" | "url" | "domain");
        properties.insert(name.clone(), if required { field } else { json!({"anyOf": [field, {"type": "null"}]}) });
    }
    json!({
        "type": "object",
        "description": "Some of the fields of a registration. `repo` may be there, and must be the one of the path.",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// Makes references between the files, and within one, references between components.
fn relocate(value: &mut Value, here: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(target) if name == "$ref" => *target = relocated(target, here),
                    _ => relocate(field, here),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| relocate(item, here)),
        _ => {}
    }
}

fn relocated(target: &str, here: &str) -> String {
    let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
    let of = COMPONENTS.iter().find(|(_, schema)| schema.name() == file).map_or(here, |(name, _)| name);
    let component = match pointer.strip_prefix("/$defs/") {
        Some(part) => component(of, part),
        None => of.to_owned(),
    };
    format!("#/components/schemas/{component}")
}

/// `FederatedSource` for `source` of `Federated`.
fn component(of: &str, part: &str) -> String {
    let mut letters = part.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    of.chars().chain(first).chain(letters).collect()
}
