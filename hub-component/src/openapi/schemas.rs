//! The schemas in `schemas/` as components of the OpenAPI document. The files are the source of truth.

use federation::schema::{self, Schema};
use serde_json::{Map, Value, json};

/// Name and schema of each component.
const COMPONENTS: [(&str, Schema); 6] = [
    ("CapabilityIndex", Schema::CapabilityIndex),
    ("HubRegistration", Schema::HubRegistration),
    ("FederationManifest", Schema::Federation),
    ("Federated", Schema::Federated),
    ("TokenRequest", Schema::TokenRequest),
    ("CatalogueRequest", Schema::Catalogue),
];

/// Adds the schemas, and the request bodies that are derived from them.
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
    for (name, either) in EITHER {
        let schema = &mut components["schemas"][name];
        if let Some(fields) = schema.as_object_mut() {
            fields.shift_remove("anyOf");
            fields.shift_remove("not");
        }
        let described = schema["description"].as_str().map(|words| format!("{words} {either}"));
        schema["description"] = described.unwrap_or_else(|| either.to_owned()).into();
    }
    either_type(&mut components["schemas"][component("CapabilityIndex", "use")]);
    registration(&mut components["schemas"]);
    catalogue(&mut components["schemas"]);
    // The API never transfers a manifest, only its parts.
    if let Some(schemas) = components["schemas"].as_object_mut() {
        schemas.shift_remove("FederationManifest");
        schemas.shift_remove("FederationManifestSource");
    }
}

/// Schemas that require one of two fields, which generators cannot express as a type, with the rule in words.
const EITHER: [(&str, &str); 4] = [
    ("CapabilityIndexCapability", "At least one of `name` and `title` is present."),
    ("CapabilityIndexMcpServer", "At least one of `remotes` and `packages` is present."),
    ("TokenRequest", "At most one of `expires_at` and `expires_in_seconds` is present."),
    ("FederatedSource", "Exactly one of `url` and `index` is present."),
];

/// Writes a schema of a text or an object as a choice of two schemas, because generators apply the keywords of both to either.
fn either_type(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    let mut text = json!({"type": "string"});
    for keyword in ["maxLength", "pattern"] {
        text[keyword] = fields.shift_remove(keyword).unwrap_or_default();
    }
    let mut object = json!({"type": "object"});
    for keyword in ["required", "properties"] {
        object[keyword] = fields.shift_remove(keyword).unwrap_or_default();
    }
    fields.shift_remove("type");
    fields.insert("oneOf".to_owned(), json!([text, object]));
}

/// Derives the bodies of register, update and check from the source of a manifest, each as a separate object.
fn registration(schemas: &mut Value) {
    let source = &schemas[component("FederationManifest", "source")];
    let mut fields = source["properties"].as_object().cloned().unwrap_or_default();
    fields.shift_remove("index");
    describe_defaults(&mut fields);
    let whole = &mut schemas["HubRegistration"];
    if let Some(whole) = whole.as_object_mut() {
        whole.shift_remove("$ref");
    }
    whole["type"] = "object".into();
    whole["required"] = json!(["repo", "url", "domain"]);
    whole["additionalProperties"] = false.into();
    whole["properties"] = fields.clone().into();
    schemas["CheckRequest"] = json!({
        "type": "object",
        "description": "Only `url`, or a whole registration.",
        "required": ["url"],
        "additionalProperties": false,
        "properties": fields,
    });
    schemas["RegistrationPatch"] = patch(
        fields,
        &["repo", "url", "domain"],
        "Some of the fields of a registration; null resets a field to its default. If `repo` is present, it must equal the one in the path.",
    );
}

/// The bodies of requests about catalogues, from the schema of the document.
fn catalogue(schemas: &mut Value) {
    let request = &mut schemas["CatalogueRequest"];
    let mut fields = request["properties"].as_object().cloned().unwrap_or_default();
    describe_defaults(&mut fields);
    request["properties"] = fields.clone().into();
    schemas["CataloguePatch"] = patch(
        fields,
        &["name", "kind", "url", "domain"],
        "Some of the fields of a catalogue; null resets a field to its default. `name`, `kind` and `prefix` never change.",
    );
}

/// Generators treat a field with a default as always present, so the description states the default instead.
fn describe_defaults(fields: &mut Map<String, Value>) {
    for (_, field) in fields {
        let default = field.as_object_mut().and_then(|field| field.shift_remove("default"));
        if let (Some(default), Some(words)) = (default, field["description"].as_str()) {
            field["description"] = format!("{words} Default: `{default}`.").into();
        }
    }
}

/// A merge patch of these fields. Without a default, null would remove a `required` field.
fn patch(mut fields: Map<String, Value>, required: &[&str], description: &str) -> Value {
    for (_, field) in fields.iter_mut().filter(|(name, _)| !required.contains(&name.as_str())) {
        match field.get("type").cloned() {
            Some(kind) => field["type"] = json!([kind, "null"]),
            None => *field = json!({"anyOf": [field, {"type": "null"}]}),
        }
    }
    json!({"type": "object", "description": description, "additionalProperties": false, "properties": fields})
}

/// Marks every time as such; the names of times end with `_at` or `_since`.
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

/// Turns references between and within the files into references between components.
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
