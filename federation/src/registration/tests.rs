use super::*;
use serde_json::json;

fn valid() -> Value {
    json!({"repo": "state-hub", "url": "https://example.org/i.yaml", "domain": "registry"})
}

fn with(field: &str, value: Value) -> Value {
    let mut document = valid();
    document[field] = value;
    document
}

fn codes(document: &Value) -> Vec<(String, String)> {
    Registration::from_value(document)
        .expect_err("refused")
        .into_iter()
        .map(|e| (e.pointer.into(), e.code.to_string()))
        .collect()
}

#[test]
fn fills_the_defaults() {
    let registration = Registration::from_value(&valid()).expect("valid");
    assert!(registration.enabled && !registration.required);
    assert_eq!(registration.cache_ttl_seconds, 3600);
    assert_eq!(registration.description, "");
}

#[test]
fn a_number_that_the_schema_takes_is_read_however_it_is_written() {
    for value in [json!(600), json!(600.0), json!(6e2)] {
        let registration = Registration::from_value(&with("cache_ttl_seconds", value.clone())).expect("valid");
        assert_eq!(registration.cache_ttl_seconds, 600, "{value}");
        let patched = registration.merge(&json!({"cache_ttl_seconds": 60.0})).expect("valid");
        assert_eq!(json!(patched)["cache_ttl_seconds"], json!(60));
    }
    let zero = Registration::from_value(&with("cache_ttl_seconds", json!(-0.0))).expect("valid");
    assert_eq!(zero.cache_ttl_seconds, 0);
}

#[test]
fn names_the_field_that_is_wrong() {
    for (field, value) in [
        ("repo", json!("State Hub")),
        ("repo", json!(7)),
        ("domain", json!("-x")),
        ("enabled", json!("yes")),
        ("required", json!(1)),
        ("cache_ttl_seconds", json!(-1)),
        ("cache_ttl_seconds", json!(604_801)),
        ("cache_ttl_seconds", json!(1.5)),
        ("description", json!("x".repeat(1001))),
        ("url", json!("https://u:p@example.org/")),
        ("colour", json!("red")),
        ("labels", json!(["team"])),
        ("labels", json!({"": "x"})),
        ("labels", json!({"-team": "x"})),
        ("labels", json!({"te am": "x"})),
        ("labels", json!({"x".repeat(64): "x"})),
        ("labels", json!((0..17).map(|n| (format!("l{n}"), "".into())).collect::<Map<String, Value>>())),
    ] {
        let found = codes(&with(field, value.clone()));
        assert_eq!(found.len(), 1, "{field}={value}: {found:?}");
        assert_eq!(found[0].0, format!("/{field}"), "{field}={value}");
    }
}

#[test]
fn labels_are_short_and_merged_one_by_one() {
    let labels = json!({"team": "platform", "example.org/tier": "", "x".repeat(63): "y".repeat(63)});
    let registration = Registration::from_value(&with("labels", labels.clone())).expect("valid");
    assert_eq!(json!(registration)["labels"], labels);
    for value in [json!(7), json!(null), json!("a b"), json!("y".repeat(64)), json!("a="), json!("é")] {
        let found = codes(&with("labels", json!({"team": value})));
        assert_eq!((found.len(), found[0].0.as_str()), (1, "/labels/team"), "{value}: {found:?}");
    }
    let merged = registration.merge(&json!({"labels": {"team": null, "env": "prod"}})).expect("valid");
    assert_eq!(merged.labels.len(), 3);
    assert_eq!((merged.labels.get("team"), merged.labels["env"].as_str()), (None, "prod"));
    let none = registration.merge(&json!({"labels": null})).expect("valid");
    assert!(none.labels.is_empty() && json!(none).get("labels").is_none());
    assert!(registration.merge(&json!({"labels": {"team": {"a": 1}}})).is_err());
    let refused = Registration::from_value(&with("labels", json!({"te am": "x"}))).expect_err("refused");
    assert!(refused[0].message.contains("`te am` does not have the expected form. The name of a label"), "{refused:?}");
}

#[test]
fn says_what_is_missing_and_what_is_no_object() {
    let mut document = valid();
    document.as_object_mut().expect("object").remove("domain");
    assert_eq!(codes(&document).len(), 1);
    assert_eq!(codes(&document)[0].1, "schema-required");
    assert_eq!(codes(&json!([])).len(), 1);
}

#[test]
fn refuses_a_local_path_with_its_own_code() {
    assert_eq!(
        codes(&json!({"repo": "a", "domain": "d", "index": "registry/indexes/capabilities.yaml"})),
        [("/index".to_owned(), "index-path-on-hub".to_owned())]
    );
}

#[test]
fn merges_a_patch_and_keeps_the_name() {
    let registration = Registration::from_value(&with("cache_ttl_seconds", json!(60))).expect("valid");
    let merged = registration.merge(&json!({"enabled": false, "cache_ttl_seconds": null})).expect("valid");
    assert!(!merged.enabled);
    assert_eq!(merged.cache_ttl_seconds, 3600);
    assert_eq!(registration.merge(&json!({"repo": "other"})).expect_err("refused")[0].code, "repo-immutable");
    assert!(registration.merge(&json!({"repo": "state-hub"})).is_ok());
    assert!(registration.merge(&json!({"url": null})).is_err());
    assert!(registration.merge(&json!("x")).is_err());
}
