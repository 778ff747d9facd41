//! The schemas of a tool, in the keywords that all models understand.
//!
//! Clients pass the schemas on to models, and the models' providers refuse parts of JSON Schema: references, lists of types, formats that they
//! do not know, defaults in strict mode (decision 0092).

use rmcp::model::JsonObject;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The schemas that others refer to, by name.
type Named = BTreeMap<String, Value>;

/// The JSON Schema of a type, from its OpenAPI 3.1 schema, without references. An optional member is never null; a required one that may be
/// null says so with `anyOf`.
pub fn of<T: ToSchema>() -> JsonObject {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let named = named.into_iter().map(|(name, schema)| (name, written(schema))).collect();
    match plain(&written(T::schema()), &named, false) {
        Value::Object(schema) => schema,
        _ => JsonObject::from_iter([("type".to_owned(), json!("object"))]),
    }
}

fn written(schema: impl serde::Serialize) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

fn plain(schema: &Value, named: &Named, is_required: bool) -> Value {
    // `true` and `false` are schemas too.
    let Value::Object(schema) = schema else { return schema.clone() };
    let (mut kept, mut may_be_null) = (JsonObject::new(), false);
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                let target = reference.rsplit('/').next().and_then(|name| named.get(name));
                merge(&mut kept, target.map(|target| plain(target, named, true)));
            }
            ("oneOf" | "anyOf" | "allOf", Value::Array(members)) => {
                let some: Vec<Value> = members.iter().filter(|m| !is_null(m)).map(|m| plain(m, named, true)).collect();
                may_be_null |= some.len() < members.len();
                match <[Value; 1]>::try_from(some) {
                    Ok([one]) => merge(&mut kept, Some(one)),
                    Err(several) => drop(kept.insert("anyOf".to_owned(), several.into())),
                }
            }
            ("type", Value::Array(types)) => {
                may_be_null |= types.iter().any(|name| name == "null");
                kept.extend(types.iter().find(|name| *name != "null").map(|name| ("type".to_owned(), name.clone())));
            }
            ("properties", Value::Object(properties)) => {
                let required = schema.get("required").and_then(Value::as_array);
                let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|it| it == name));
                let plain = |(name, value): (&String, &Value)| (name.clone(), plain(value, named, is_required(name)));
                kept.insert(keyword.clone(), properties.iter().map(plain).collect::<JsonObject>().into());
            }
            ("items" | "additionalProperties", value) => {
                kept.insert(keyword.clone(), plain(value, named, true));
            }
            ("format" | "default" | "propertyNames", _) => {}
            (_, value) => {
                kept.insert(keyword.clone(), value.clone());
            }
        }
    }
    if may_be_null && is_required { nullable(kept) } else { Value::Object(kept) }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

/// Adds the keywords of another schema. Where both have one, that of `schema` stays, as the more specific one.
fn merge(schema: &mut JsonObject, other: Option<Value>) {
    let Some(Value::Object(other)) = other else { return };
    for (keyword, value) in other {
        schema.entry(keyword).or_insert(value);
    }
}

fn nullable(mut schema: JsonObject) -> Value {
    let description = schema.remove("description");
    let mut nullable = JsonObject::from_iter(description.map(|words| ("description".to_owned(), words)));
    nullable.insert("anyOf".to_owned(), json!([schema, {"type": "null"}]));
    Value::Object(nullable)
}
