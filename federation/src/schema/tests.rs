use super::compile::compile;
use super::kind::ALL;
use super::*;
use crate::findings::LeftOut;
use serde_json::Value;
use serde_json::json;

#[test]
fn every_schema_compiles_is_valid_and_accepts_its_own_examples() {
    for schema in ALL {
        compile(schema).unwrap();
        let document = document(schema).unwrap();
        assert!(jsonschema::draft202012::meta::is_valid(document), "{}", schema.name());
        assert_eq!(document["$id"], format!("https://reuse.coulomb.social/schemas/{}", schema.name()));
        let examples = document["examples"].as_array().unwrap();
        assert!(!examples.is_empty());
        for example in examples {
            assert_eq!(violations(schema, example), [], "{}", schema.name());
        }
        assert_eq!(Schema::from_name(schema.name()), Some(schema));
    }
    assert_eq!(ALL.map(Schema::name), NAMES);
    assert_eq!(ALL.map(|schema| schema as usize), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(Schema::from_name("other.yaml"), None);
}

fn source() -> Value {
    json!({"repo": "state-hub", "url": "https://git.example.org/raw/index.yaml", "domain": "infotech"})
}

fn with(field: &str, value: Value) -> Value {
    let mut source = source();
    source[field] = value;
    source
}

#[track_caller]
fn only(schema: Schema, value: &Value) -> Violation {
    let mut found = violations(schema, value);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[track_caller]
fn refused(field: &str, value: Value, code: &str, message: &str) {
    let found = only(Schema::HubRegistration, &with(field, value));
    assert_eq!((found.code.code, found.pointer.as_str()), (code, format!("/{field}").as_str()));
    assert_eq!(found.message, message);
}

#[test]
fn a_registration_is_refused_field_by_field_in_plain_words() {
    refused("repo", json!(7), "schema-type", "must be a string, not a number (quote it if it is a name)");
    refused(
        "repo",
        json!("State Hub"),
        "schema-pattern",
        "`State Hub` does not have the expected form. The name of a repository: lower-case letters, digits, `.`, `_` and `-`, \
         beginning with a letter or digit, at most 100 characters.",
    );
    refused("cache_ttl_seconds", json!(604_801), "schema-range", "`604801` is too large: the maximum is `604800`");
    refused("cache_ttl_seconds", json!(-1), "schema-range", "`-1` is too small: the minimum is `0`");
    refused("description", json!("x".repeat(1001)), "schema-too-long", "is longer than 1000 characters: shorten it");
    refused("enabled", json!("yes"), "schema-type", "must be true or false, not a string");
    refused(
        "index",
        json!("index.yaml"),
        "schema-forbidden",
        "`index.yaml` is not allowed here. A hub cannot read local files. Give the `url` of the raw index instead.",
    );
}

#[test]
fn limits_of_a_registration_are_inclusive() {
    for (field, value) in [
        ("repo", json!("a".repeat(100))),
        ("domain", json!("0".repeat(64))),
        ("cache_ttl_seconds", json!(0)),
        ("cache_ttl_seconds", json!(604_800)),
        ("description", json!("ü".repeat(1000))),
        ("url", json!(format!("https://h/{}", "a".repeat(2038)))),
    ] {
        assert_eq!(violations(Schema::HubRegistration, &with(field, value)), [], "{field}");
    }
    for (field, value) in [
        ("repo", json!("a".repeat(101))),
        ("repo", json!("-a")),
        ("repo", json!("a\n")),
        ("domain", json!("a.b")),
        ("url", json!(format!("https://h/{}", "a".repeat(2039)))),
        ("url", json!("ftp://h/a")),
        ("url", json!("https://user@h/a")),
        ("url", json!("https://user:secret@h/a")),
        ("url", json!("https:///a")),
        ("url", json!("https://h/a b")),
        ("url", json!("index.yaml")),
    ] {
        assert_eq!(violations(Schema::HubRegistration, &with(field, value.clone())).len(), 1, "{field}: {value}");
    }
}

#[test]
fn the_pattern_of_a_url_refuses_what_the_hub_refuses() {
    let long = format!("https://h/{}", "a".repeat(2048));
    for url in [
        "https://git.example.org/a/raw/branch/main/registry/indexes/capabilities.yaml",
        "http://127.0.0.1:8090/x",
        "https://[2001:db8::1]:443/x?ref=main#a@b:c",
        "https://h",
        "https://h:/x",
        "https://h:0080/x",
        "https://h:65535",
        "https://h./x",
        "https://example.org/é?a[]=<b>|c^",
        "https://bücher.example/x",
        "https://h/a@b",
        "https://not-spin.internal.example.org/x",
        "https://myself.alt/x",
        "https://x.self.alt/x",
        "https://h/self.alt",
        "https://example.org?https://self.alt/",
        "file:///etc/passwd",
        "index.yaml",
        "https:h/x",
        "https:///h",
        "https://",
        "https://./x",
        "https://..",
        "https://:80/x",
        "https://user@h/x",
        "https://user:pw@h/x",
        "https://h\\@evil.org/",
        "https://h/a b",
        "https://h/a\u{a0}b",
        "https://h/\u{7f}",
        "https://h/\u{85}",
        "https://h/\n",
        "https://h/\\",
        "https://h:0/",
        "https://h:65536/",
        "https://h:99999",
        "https://h:80a/",
        "https://h:-1/",
        "https://[::1",
        "https://[x]/",
        "https://a<b/",
        "https://a|b/",
        "https://self.alt/v1",
        "http://SELF.Alt.:80/v1",
        "https://spin.internal",
        "https://a.b.Spin.Internal./x",
        "https://spin.internal?x",
        &long,
    ] {
        let refused = crate::source_url::parse(url).is_err();
        assert_eq!(!violations(Schema::HubRegistration, &with("url", json!(url))).is_empty(), refused, "{url}");
    }
}

#[test]
fn missing_fields_point_to_the_object_and_unknown_fields_to_the_key() {
    let mut value = source();
    value.as_object_mut().unwrap().remove("url");
    let missing = only(Schema::HubRegistration, &value);
    assert_eq!((missing.code.code, missing.pointer.as_str(), missing.at_key), ("schema-required", "", false));
    assert_eq!(missing.message, "the field `url` is missing: add it");

    let unknown = only(Schema::HubRegistration, &with("a/b\u{1b}", json!(1)));
    assert_eq!(
        (unknown.code.code, unknown.pointer.as_str(), unknown.at_key),
        ("schema-unknown-field", "/a~1b\u{1b}", true)
    );
    assert_eq!(unknown.message, "the field `a/b\\u{1b}` is not known here: remove it or correct its name");
}

#[test]
fn a_source_of_a_manifest_has_a_url_or_an_index() {
    let manifest = |source: Value| json!({"version": 1, "sources": [source]});
    let neither = only(Schema::Federation, &manifest(json!({"repo": "a", "domain": "b"})));
    assert_eq!((neither.code.code, neither.pointer.as_str()), ("schema-one-of", "/sources/0"));
    assert_eq!(neither.message, "one of `url`, `index` is required: add it");

    let both = only(Schema::Federation, &manifest(with("index", json!("x.yaml"))));
    assert_eq!((both.code.code, both.pointer.as_str()), ("schema-one-of", "/sources/0"));
    assert_eq!(both.message, "has `url` and `index` together: keep one of them");

    assert_eq!(violations(Schema::Federation, &manifest(json!({"repo": "a", "domain": "b", "index": "x.yaml"}))), []);
    assert_eq!(only(Schema::Federation, &json!({"version": 2, "sources": []})).code, "schema-const");
}

#[test]
fn hostile_values_are_not_echoed_at_length() {
    let long = "\u{1b}[2J".repeat(10_000);
    let found = only(Schema::HubRegistration, &with("repo", json!(long)));
    assert!(found.message.len() < 2000, "{}", found.message.len());
    assert!(!found.message.contains('\u{1b}'));
}

#[test]
fn violations_beyond_the_bound_are_counted_and_beyond_another_not_even_that() {
    let index = |capabilities: Vec<Value>| json!({"version": 1, "capabilities": capabilities});
    let bad = json!({"id": "NOT", "name": 1});
    let few = index(vec![bad.clone(); 50]);
    let (found, left_out) = findings(Schema::CapabilityIndex, &few, 30);
    assert_eq!((found.len(), left_out), (30, LeftOut { counted: 70, and_more: false }));
    let all = violations(Schema::CapabilityIndex, &few);
    assert_eq!(all.len(), 100);
    let many = violations(Schema::CapabilityIndex, &index(vec![bad; 20_000]));
    assert_eq!((many.len(), many[100].code.code), (101, "more-diagnostics"));
    assert_eq!(many[100].message, "more than 900 further findings are left out: correct these first");
    let tags = index(vec![json!({"id": "a.b", "name": "n", "tags": vec![1; 1000]})]);
    let (found, left_out) = findings(Schema::CapabilityIndex, &tags, 100);
    assert_eq!(found[99].path.pointer(), "/capabilities/0/tags/99");
    assert_eq!(left_out, LeftOut { counted: 900, and_more: false });
    let tags = index(vec![json!({"id": "a.b", "name": "n", "tags": vec![1; 1001]})]);
    assert_eq!(findings(Schema::CapabilityIndex, &tags, 100).1, LeftOut { counted: 900, and_more: true });
}

#[test]
fn federated_documents_are_checked_down_to_the_digest() {
    let mut document = document(Schema::Federated).unwrap()["examples"][0].clone();
    document["sources"][0]["index_digest"] = json!("sha256:ABC");
    document["conflicts"] = json!([{"id": "capability.a.b", "repos": ["a"]}]);
    let found = violations(Schema::Federated, &document);
    let codes: Vec<_> = found.iter().map(|v| (v.code.code, v.pointer.as_str())).collect();
    assert!(codes.contains(&("schema-pattern", "/sources/0/index_digest")), "{codes:?}");
    assert!(codes.contains(&("schema-too-few", "/conflicts/0/repos")), "{codes:?}");
    assert_eq!(codes.len(), 2);
}

#[test]
fn the_schemas_and_the_limits_say_the_same_numbers() {
    use crate::limits::{MAX_CAPABILITIES, MAX_DESCRIPTION_CHARS, MAX_URL_CHARS};
    let number = |schema, pointer: &str| document(schema).unwrap().pointer(pointer).and_then(Value::as_u64);
    let same =
        |schema, pointer: &str, limit: usize| assert_eq!(number(schema, pointer), Some(limit as u64), "{pointer}");
    same(Schema::CapabilityIndex, "/properties/capabilities/maxItems", MAX_CAPABILITIES);
    same(Schema::Federated, "/$defs/source/properties/capability_count/maximum", MAX_CAPABILITIES);
    same(Schema::Federation, "/$defs/source/properties/url/maxLength", MAX_URL_CHARS);
    same(Schema::Federation, "/$defs/source/properties/description/maxLength", MAX_DESCRIPTION_CHARS);
}
