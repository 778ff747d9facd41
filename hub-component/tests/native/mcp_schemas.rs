//! MCP: the schemas of the tools, and how clients convert them for a model.
//!
//! A client hands a tool to a model as a function, with the tool's input schema in the form that the model's provider accepts. What a
//! provider does not accept is left out, so whatever matters is in words too.

use crate::mcp::{call, request, send};
use crate::ports::{Hub, index};
use serde_json::{Map, Value, json};

/// What is the same for all functions of a provider.
struct Provider {
    name: &'static str,
    /// The keywords of JSON Schema that it accepts.
    keywords: &'static [&'static str],
    /// In strict mode, a model writes every property, as null if it is not set, and no other.
    is_strict: bool,
}

/// The lists in the providers' documentation, without what these tools do not use.
const PROVIDERS: [Provider; 4] = [
    Provider {
        name: "OpenAI, strict",
        keywords: &[
            "type",
            "description",
            "enum",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minimum",
            "maximum",
        ],
        is_strict: true,
    },
    Provider {
        name: "Anthropic, strict",
        keywords: &["type", "description", "enum", "properties", "required", "additionalProperties", "items"],
        is_strict: true,
    },
    Provider {
        name: "Anthropic",
        keywords: &[
            "type",
            "description",
            "enum",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minimum",
            "maximum",
            "maxLength",
        ],
        is_strict: false,
    },
    Provider {
        name: "Gemini",
        keywords: &[
            "type",
            "description",
            "enum",
            "properties",
            "required",
            "items",
            "minimum",
            "maximum",
            "maxLength",
        ],
        is_strict: false,
    },
];

const TYPES: [&str; 5] = ["object", "array", "string", "integer", "boolean"];

async fn tools(hub: &Hub) -> Vec<Value> {
    let (_, _, answer) = send(hub, &[], request("tools/list", json!({})).to_string()).await;
    answer["result"]["tools"].as_array().expect("tools").clone()
}

/// The schema as a client converts it: some keywords are left out, and in strict mode every property is required, and nullable if it was optional.
fn convert(schema: &Value, provider: &Provider) -> Value {
    let schema = schema.as_object().expect("an object");
    let mut converted = Map::new();
    for (keyword, value) in schema.iter().filter(|(keyword, _)| provider.keywords.contains(&keyword.as_str())) {
        let value = match keyword.as_str() {
            "properties" => {
                let properties = value.as_object().expect("properties");
                properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), convert(schema, provider)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            "items" => convert(value, provider),
            _ => value.clone(),
        };
        converted.insert(keyword.clone(), value);
    }
    if provider.is_strict && schema["type"] == "object" {
        let required = schema.get("required").cloned().unwrap_or_default();
        let properties = converted["properties"].as_object_mut().expect("properties");
        for (name, property) in properties.iter_mut() {
            if !required.as_array().is_some_and(|names| names.contains(&json!(name))) {
                property["type"] = json!([property["type"], "null"]);
            }
        }
        let names: Vec<String> = properties.keys().cloned().collect();
        converted.insert("required".to_owned(), json!(names));
    }
    converted.into()
}

/// The rules for a function of any provider, and for one in strict mode.
fn check(schema: &Value, provider: &Provider, path: &str) {
    let at = format!("{} {path}: {schema}", provider.name);
    let object = schema.as_object().expect("an object");
    assert!(object.keys().all(|keyword| provider.keywords.contains(&keyword.as_str())), "{at}");
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) if provider.is_strict => types.iter().filter_map(Value::as_str).collect(),
        one => vec![one.as_str().unwrap_or_default()],
    };
    assert!(TYPES.contains(&types[0]) && types[1..].iter().all(|name| *name == "null"), "{at}");
    if schema.get("enum").is_some() {
        assert_eq!(types[0], "string", "{at}");
    }
    if types[0] == "array" {
        check(&schema["items"], provider, &format!("{path}[]"));
    }
    if types[0] == "object" {
        let properties = schema["properties"].as_object().expect("properties");
        for (name, property) in properties {
            assert!(property["description"].is_string(), "{at}");
            check(property, provider, &format!("{path}.{name}"));
        }
        if provider.is_strict {
            assert_eq!(schema["additionalProperties"], false, "{at}");
            let required = schema["required"].as_array().expect("required");
            assert!(properties.keys().all(|name| required.contains(&json!(name))), "{at}");
        }
    }
}

#[tokio::test]
async fn every_provider_takes_the_tools_as_functions() {
    for tool in tools(&Hub::new()).await {
        let (name, words) = (tool["name"].as_str().expect("a name"), tool["description"].as_str().expect("words"));
        // Clients prefix the name with that of the server, and providers accept 64 characters.
        assert!(name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        assert!(words.len() <= 1024, "{name}: {}", words.len());
        let schema = &tool["inputSchema"];
        for provider in &PROVIDERS {
            check(&convert(schema, provider), provider, name);
        }
        // Clients that convert only what strict mode requires find no keyword that it rejects, in particular no default.
        let keywords = PROVIDERS[2].keywords;
        let plain = Provider { name: "plain", keywords, is_strict: false };
        check(schema, &plain, name);
        assert_eq!(schema["additionalProperties"], false, "{name}");
    }
}

#[tokio::test]
async fn what_a_strict_model_writes_is_a_call_with_what_it_has_set() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    for tool in tools(&hub).await {
        let (name, schema) = (tool["name"].as_str().expect("a name"), &tool["inputSchema"]);
        let required = if ["get_capability", "list_consumers"].contains(&name) {
            json!({"id": "capability.a.n1"})
        } else {
            json!({})
        };
        let mut strict = required.clone();
        for property in schema["properties"].as_object().expect("properties").keys() {
            if strict.get(property).is_none() {
                strict[property] = Value::Null;
            }
        }
        let expected = call(&hub, name, required).await;
        assert_eq!(expected["isError"], false, "{expected}");
        assert_eq!(call(&hub, name, strict).await, expected, "{name}");
    }
}

/// A number as the descriptions write it.
fn in_words(number: u64) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

#[tokio::test]
async fn arguments_say_their_bounds_in_keywords_and_in_words_and_the_hub_keeps_them() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let mut seen = 0;
    for tool in tools(&hub).await {
        let name = tool["name"].as_str().expect("a name");
        for (argument, schema) in tool["inputSchema"]["properties"].as_object().expect("properties") {
            let words = schema["description"].as_str().expect("words");
            let says = |bound: &Value| words.contains(&in_words(bound.as_u64().expect("a bound")));
            let is_refused = async |value: Value| {
                let mut arguments = json!({"id": "capability.a.n1"});
                arguments[argument] = value;
                call(&hub, name, arguments).await["isError"] == true
            };
            match schema["type"].as_str().expect("a type") {
                "integer" => {
                    let (least, most) = (&schema["minimum"], &schema["maximum"]);
                    assert!(says(least) && says(most) && words.contains("by default"), "{name} {argument}: {schema}");
                    let least = least.as_u64().expect("a number");
                    assert!(!is_refused(json!(least)).await && !is_refused(most.clone()).await, "{name} {argument}");
                    assert!(is_refused(json!(least - 1)).await, "{name} {argument}");
                    if argument == "budget_tokens" {
                        // A higher budget is lowered, so only the refusal of a low one says what the hub keeps.
                        let refusal = call(&hub, name, json!({"id": "a", "budget_tokens": 1})).await.to_string();
                        let bounds = [format!("at least {least};"), format!("limited to {most}.")];
                        assert!(bounds.iter().all(|bound| refusal.contains(bound)), "{name}: {refusal}");
                    } else {
                        let above = most.as_u64().expect("a number") + 1;
                        assert!(is_refused(json!(above)).await, "{name} {argument}");
                    }
                }
                "string" if schema.get("enum").is_none() => {
                    assert!(says(&schema["maxLength"]), "{name} {argument}: {schema}");
                    let most = schema["maxLength"].as_u64().expect("a number") as usize;
                    assert!(is_refused(json!("x".repeat(most + 1))).await, "{name} {argument}");
                }
                "array" => assert!(words.contains("At most"), "{name} {argument}: {schema}"),
                _ => {}
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "all arguments of all tools: {seen}");
}

/// Calls `see` with a schema and all schemas in it.
fn walk(schema: &Value, see: &mut impl FnMut(&Map<String, Value>)) {
    let Some(object) = schema.as_object() else { return };
    see(object);
    for inner in ["properties"].iter().filter_map(|keyword| object.get(*keyword)?.as_object()).flat_map(Map::values) {
        walk(inner, see);
    }
    for inner in ["items", "additionalProperties"].iter().filter_map(|keyword| object.get(*keyword)) {
        walk(inner, see);
    }
    for inner in object.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        walk(inner, see);
    }
}

#[tokio::test]
async fn schemas_are_complete_and_have_one_type_each() {
    let tools = tools(&Hub::new()).await;
    for tool in &tools {
        for schema in [&tool["inputSchema"], &tool["outputSchema"]] {
            assert_eq!(schema["type"], "object", "{tool}");
            walk(schema, &mut |schema| {
                let keywords = ["$ref", "$defs", "allOf", "oneOf", "format", "default", "nullable"];
                assert!(keywords.iter().all(|keyword| !schema.contains_key(*keyword)), "{schema:?}");
                assert!(schema.get("type").is_none_or(Value::is_string), "{schema:?}");
                assert!(schema.contains_key("type") != schema.contains_key("anyOf"), "{schema:?}");
            });
            assert!(!schema.to_string().contains("$ref"), "nowhere: {schema}");
        }
    }
    let repos = &tools[2]["outputSchema"]["properties"];
    let states = &repos["repos"]["items"]["properties"]["state"];
    assert_eq!((&states["type"], states["enum"].as_array().map(Vec::len)), (&json!("string"), Some(6)), "{states}");
    let next = &repos["next"];
    assert_eq!(next["anyOf"], json!([{"type": "string"}, {"type": "null"}]), "{next}");
    assert_eq!(tools[2]["inputSchema"]["properties"]["state"]["description"], "Only repos in this state.");
}
