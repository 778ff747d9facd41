//! Tests the module's guarantees, whichever crate does the parsing.

use super::*;
use serde_json::{Value, json};

#[track_caller]
fn reads(text: &str, value: Value) {
    assert_eq!(parse(text), Ok(value), "{text:?}");
}

#[track_caller]
fn refuses(text: &str, code: &str, line: u64, column: u64) {
    let error = parse(text).expect_err(&text.chars().take(80).collect::<String>());
    assert_eq!((error.code.code, error.line, error.column), (code, Some(line), Some(column)), "{error:?}");
    assert!(!error.message.contains('\n') && error.message.chars().count() < 200, "{error:?}");
}

#[test]
fn scalars_mean_what_yaml_1_2_says() {
    for word in
        ["no", "No", "yes", "y", "n", "on", "off", "tRUE", "nULL", "014", "-014", "00", "08", "1_000", "0b1", "1:30"]
    {
        reads(word, json!(word));
    }
    for word in [
        "12:30:45",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "0x",
        "0xg",
        "0o9",
        "1e",
        "1e+",
        ".",
        "+",
        "-x",
        "..",
        "1.2.3",
        "=",
    ] {
        reads(word, json!(word));
    }
    for (text, value) in [
        ("true", json!(true)),
        ("False", json!(false)),
        ("~", Value::Null),
        ("Null", Value::Null),
        ("0", json!(0)),
        ("-0", json!(0)),
        ("+12", json!(12)),
        ("0o14", json!(12)),
        ("0x1F", json!(31)),
        ("1e3", json!(1000.0)),
        ("1.", json!(1.0)),
        ("-.5", json!(-0.5)),
        ("01.5", json!(1.5)),
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("'1'", json!("1")),
        ("\"true\"", json!("true")),
        ("|\n 1\n", json!("1\n")),
    ] {
        reads(text, value);
    }
    reads("a:\nb: ''\n", json!({"a": null, "b": ""}));
}

#[test]
fn numbers_that_json_cannot_carry_are_refused() {
    for text in ["18446744073709551616", "-9223372036854775809", "0xfffffffffffffffff", "1e999", "-1e999"] {
        refuses(&format!("a: {text}"), "number-out-of-range", 1, 4);
    }
    for text in [".inf", "-.INF", "+.Inf", ".nan", ".NaN"] {
        refuses(&format!("a: {text}"), "not-finite", 1, 4);
    }
}

#[test]
fn core_tags_are_honoured_and_others_refused() {
    reads("!!str 1", json!("1"));
    reads("! 1", json!("1"));
    reads("!!int '1'", json!(1));
    reads("!!float 1", json!(1.0));
    reads("!!seq [!!bool true, !!null '']", json!([true, null]));
    reads("!!map {a: !<tag:yaml.org,2002:str> 1}", json!({"a": "1"}));
    for tag in ["!!python/object:os.system", "!x", "!!binary", "!!timestamp", "!!set", "!!omap", "!!merge", "!!map"] {
        let error = parse(&format!("a: {tag} b")).unwrap_err();
        assert_eq!((error.code.code, error.line), ("unsupported-tag", Some(1)), "{tag}");
    }
    assert_eq!(parse("!!int x").unwrap_err().code, "invalid-yaml");
}

#[test]
fn keys_are_strings_and_occur_once() {
    reads("no: 1\n014: 2\n\"8080\": 3\n\"<<\": 4\n", json!({"no": 1, "014": 2, "8080": 3, "<<": 4}));
    refuses("a: 1\n8080: x\n", "key-not-string", 2, 1);
    refuses("true: x\n", "key-not-string", 1, 1);
    refuses("? [a]\n: x\n", "key-not-string", 1, 3);
    refuses("? {a: b}\n: x\n", "key-not-string", 1, 3);
    refuses(": x\n", "key-not-string", 1, 1);
    refuses("a: 1\nb:\n  c: 1\n  d: 2\n  \"c\": 3\n", "duplicate-key", 5, 3);
    let error = parse("a: 1\nb: 1\n\na: 2\n").unwrap_err();
    assert_eq!(error.to_string(), "line 4, column 1: the key `a` is already on line 1: keep one of them");
    refuses("base: &b {a: 1}\nx:\n  <<: *b\n  a: 2\n", "merge-key", 3, 3);
    // As Go's yaml.v3 and yq write it, quoted, in full, as an explicit key and in a flow mapping.
    refuses("base: &b {a: 1}\nx:\n  !!merge <<: *b\n", "merge-key", 3, 11);
    refuses("base: &b {a: 1}\nx:\n  !!merge '<<': *b\n", "merge-key", 3, 11);
    refuses("base: &b {a: 1}\nx:\n  !<tag:yaml.org,2002:merge> <<: *b\n", "merge-key", 3, 30);
    refuses("base: &b {a: 1}\nx:\n  ? <<\n  : *b\n", "merge-key", 3, 5);
    refuses("base: &b {a: 1}\nx: {<<: [*b], c: 1}\n", "merge-key", 2, 5);
    assert_eq!(parse("!!merge x: 1\n").unwrap_err().code.code, "unsupported-tag");
}

#[test]
fn key_order_is_kept() {
    let value = parse("z: 1\na: 2\nm: 3\n").unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"z":1,"a":2,"m":3}"#);
}

#[test]
fn exactly_one_document() {
    reads("%YAML 1.2\n---\na: 1\n...\n", json!({"a": 1}));
    reads("# only a comment\n--- # nothing\n", Value::Null);
    refuses("a: 1\n---\nb: 2\n", "multiple-documents", 2, 1);
    for text in ["", " \n\n", "# only a comment\n", "\u{feff}"] {
        assert_eq!(parse(text).unwrap_err().code, "empty-document", "{text:?}");
    }
}

#[test]
fn aliases_are_expanded_within_bounds() {
    reads("a: &x {k: [1]}\nb: *x\n", json!({"a": {"k": [1]}, "b": {"k": [1]}}));
    reads("&k a: 1\nb: *k\n", json!({"a": 1, "b": "a"}));
    refuses("a: *x\n", "unknown-alias", 1, 4);
    refuses("a: &x [*x]\n", "recursive-alias", 1, 8);
    let hundred = |n: usize| format!("a: &x 1\nb: [{}]\n", vec!["*x"; n].join(", "));
    assert_eq!(parse(&hundred(100)).unwrap()["b"].as_array().unwrap().len(), 100);
    assert_eq!(parse(&hundred(101)).unwrap_err().code, "too-many-aliases");
}
