//! Documents made to break a reader: each is refused, with the exact code and line, and on a small stack.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use federation::diagnostic::Diagnostic;
use federation::index::{Verdict, check};
use federation::limits::{MAX_CAPABILITIES, MAX_DECODED_BYTES};

/// Half of the stack that WebAssembly gives a component by default.
const STACK: usize = 512 * 1024;

fn judge(bytes: impl Into<Vec<u8>>) -> Verdict {
    let bytes = bytes.into();
    std::thread::Builder::new().stack_size(STACK).spawn(move || check(&bytes)).unwrap().join().unwrap()
}

/// Exactly these findings, as code and line, and no index.
#[track_caller]
fn refused(bytes: impl Into<Vec<u8>>, expected: &[(&str, u64)]) {
    let verdict = judge(bytes);
    let found: Vec<_> = verdict.diagnostics.iter().map(|d| (d.code.as_str(), d.line.unwrap_or(0))).collect();
    assert_eq!(found, expected, "{:?}", verdict.diagnostics);
    assert_eq!(verdict.index, None);
    assert!(verdict.diagnostics.iter().all(is_fit_to_print), "{:?}", verdict.diagnostics);
}

fn is_fit_to_print(diagnostic: &Diagnostic) -> bool {
    let line = diagnostic.to_string();
    line.len() < 2000 && !line.chars().any(char::is_control)
}

fn index(capabilities: &str) -> String {
    format!("version: 1\ncapabilities:\n{capabilities}")
}

#[test]
fn documents_that_are_not_an_index() {
    refused("", &[("empty-document", 0)]);
    refused("\u{feff}\n \n# nothing\n", &[("empty-document", 0)]);
    refused("null", &[("not-an-index", 1)]);
    refused("---\n", &[("not-an-index", 1)]);
    refused("[]", &[("not-an-index", 1)]);
    refused("- id: capability.a.b\n", &[("not-an-index", 1)]);
    refused("just words", &[("not-an-index", 1)]);
    refused("42", &[("not-an-index", 1)]);
    refused("404: Not Found", &[("key-not-string", 1)]);
    refused("\n\n<!DOCTYPE html>\n<html><title>Sign in</title></html>", &[("not-an-index", 1)]);
    refused("\u{feff}<html>", &[("not-an-index", 1)]);
    refused("<?xml version=\"1.0\"?><a/>", &[("not-an-index", 1)]);
    refused("{\"message\": \"Not Found\"}", &[("schema-required", 1), ("schema-required", 1)]);
    refused("{}", &[("schema-required", 1), ("schema-required", 1)]);
}

#[test]
fn every_required_key_missing_one_by_one() {
    refused("capabilities: []\n", &[("schema-required", 1)]);
    refused("version: 1\n", &[("schema-required", 1)]);
    refused(index("- name: A\n"), &[("schema-required", 3)]);
    refused(index("- id: capability.a.b\n"), &[("schema-one-of", 3)]);
}

#[test]
fn required_keys_with_nothing_or_the_wrong_thing_in_them() {
    refused("version:\ncapabilities: []\n", &[("schema-const", 1)]);
    refused("version: 1\ncapabilities:\n", &[("schema-type", 2)]);
    refused("version: 1\ncapabilities: {a: [null]}\n", &[("schema-type", 2)]);
    refused("version: 1\ncapabilities: [null]\n", &[("schema-type", 2)]);
    refused(index("-\n- id: capability.a.b\n  name: A\n"), &[("schema-type", 3)]);
    refused(index("- id: capability.a.b\n  name:\n"), &[("schema-type", 4)]);
    refused(index("- id: capability.a.b\n  name: ''\n"), &[("schema-too-short", 4)]);
    refused(index("- id: 7\n  name: A\n"), &[("schema-type", 3)]);
    refused(index("- id: ''\n  name: A\n"), &[("schema-pattern", 3)]);
    refused(index("- id: Capability.A\n  name: A\n"), &[("schema-pattern", 3)]);
    refused(index("- id: \"capability.a.b\\n\"\n  name: A\n"), &[("schema-pattern", 3)]);
    refused(
        index("- id: capability.a.b\n  name: A\n  tags: a\n  path: 1\n"),
        &[("schema-type", 5), ("schema-type", 6)],
    );
    refused(index("- id: capability.a.b\n  name: A\n  tags: [a,\n    1]\n"), &[("schema-type", 6)]);
}

/// CVE-2019-11253: nine anchors, each nine times the one before.
#[test]
fn alias_bombs() {
    let mut bomb = String::from("a: &a [web, web, web, web, web, web, web, web, web]\n");
    for (name, before) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(",")));
    }
    refused(bomb.as_str(), &[("too-many-aliases", 5)]);

    let long = "x".repeat(60_000);
    refused(format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 90].join(",")), &[("too-many-aliases", 2)]);
    let wide = vec!["x"; 20_000].join(",");
    refused(format!("a: &a [{wide}]\nb: *a\nc: *a\n"), &[("too-many-aliases", 3)]);
    refused(format!("a: &a 1\nb:\n{}", "- *a\n".repeat(101)), &[("too-many-aliases", 103)]);
}

/// CVE-2019-11254 and similar ones: anchors inside anchors, each stored with everything below it.
#[test]
fn anchors_that_cost_the_square() {
    let nested: String = (0..60).map(|n| format!("{}a{n}: &a{n}\n", " ".repeat(n))).collect();
    let items: String = (0..2000).map(|_| format!("{}- x\n", " ".repeat(60))).collect();
    let verdict = judge(format!("{nested}{items}"));
    assert_eq!(verdict.diagnostics[0].code, "too-many-aliases");

    let many: String = (0..60_000).map(|n| format!("- &a{n} x\n")).collect();
    refused(many, &[("too-many-aliases", 50_001)]);
}

#[test]
fn aliases_to_themselves_and_to_nothing() {
    refused("&a [*a]", &[("recursive-alias", 1)]);
    refused("a: &a\n  b: *a\n", &[("recursive-alias", 2)]);
    refused("a: *b\nb: &b 1\n", &[("unknown-alias", 1)]);
}

#[test]
fn aliases_cannot_nest_deeper_than_text_can() {
    let mut text = String::from("a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n");
    for n in 1..9 {
        text.push_str(&format!("a{n}: &a{n} [[[[[[[[[*a{}]]]]]]]]]\n", n - 1));
    }
    refused(text, &[("too-deep", 7)]);
}

#[test]
fn merge_keys() {
    let storm: String = (0..1000).map(|n| format!("k{n}:\n  <<: [*a, *a, *a]\n")).collect();
    refused(format!("a: &a {{x: 1}}\n{storm}"), &[("merge-key", 3)]);
    refused(index("- &a {id: capability.a.b, name: A}\n- <<: *a\n  id: capability.a.c\n"), &[("merge-key", 4)]);
}

#[test]
fn nesting() {
    for deep in [65, 10_000, 200_000] {
        refused("[".repeat(deep), &[("too-deep", 1)]);
        refused("{a: ".repeat(deep), &[("too-deep", 1)]);
        refused("- ".repeat(deep), &[("too-deep", 1)]);
        refused("? ".repeat(deep), &[("key-not-string", 1)]);
        refused(format!("a: {}", "[{a: ".repeat(deep)), &[("too-deep", 1)]);
    }
    let keys: String = (0..2000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    refused(keys, &[("too-deep", 65)]);
    let mixed =
        format!("{}- {}", (0..40).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>(), "[".repeat(40));
    assert_eq!(judge(mixed).diagnostics[0].code, "invalid-yaml");
    let deepest = format!("{}{}", "[".repeat(61), "]".repeat(61));
    assert!(judge(index(&format!("- {{id: capability.a.b, name: A, x: {deepest}}}\n"))).is_valid());
    let deeper = format!("{}{}", "[".repeat(62), "]".repeat(62));
    refused(index(&format!("- {{id: capability.a.b, name: A, x: {deeper}}}\n")), &[("too-deep", 3)]);
}

#[test]
fn encodings() {
    refused(b"version: 1\nrepo: caf\xe9\n".to_vec(), &[("invalid-utf8", 2)]);
    refused(b"\xff\xfev\0e\0r\0".to_vec(), &[("invalid-utf8", 1)]);
    refused(b"\xfe\xff\0v\0e".to_vec(), &[("invalid-utf8", 1)]);
    refused(b"a: 1\r\rb: \xed\xa0\x80".to_vec(), &[("invalid-utf8", 3)]);
    refused(b"\x1f\x8b\x08\x00".to_vec(), &[("invalid-utf8", 1)]);
    refused("version: 1\ncapabilities: []\n\0- hidden", &[("control-character", 3)]);
    refused("version: 1\n# \u{1b}[31m\n", &[("control-character", 2)]);
    refused("version: 1\nrepo: \"\\uD800\"\n", &[("invalid-yaml", 2)]);
    refused("version: 1\nrepo: \"\\uDC00\\uD800\"\n", &[("invalid-yaml", 2)]);
    refused(index("- id: capability.a.b\n  name: \"\\0\"\n"), &[("control-character", 4)]);
    refused(index("- id: capability.a.b\n  name: A\n  \"\\e\": 1\n"), &[("control-character", 5)]);
    assert!(judge(index("- id: capability.a.b\n  name: \"\\uD83D\\uDE00\"\n")).is_valid());
}

#[test]
fn lines_of_every_kind() {
    assert!(judge(index("- id: capability.a.b\n  name: A\n").replace('\n', "\r\n")).is_valid());
    assert!(judge(index("- id: capability.a.b\n  name: A\n").replace('\n', "\r")).is_valid());
    refused(index("- id: capability.a.b\n  name: 1\n").replace('\n', "\r"), &[("schema-type", 4)]);
    refused("x".repeat(1_000_000), &[("scalar-too-long", 1)]);
    refused(format!("version: 1\nrepo: \"{}\"\n", "x".repeat(1_000_000)), &[("scalar-too-long", 2)]);
    refused(format!("{}: 1\n", "k".repeat(1_000_000)), &[("scalar-too-long", 1)]);
    refused(format!("version: 1 #{}\n", "#".repeat(1_000_000)), &[("schema-required", 1)]);
}

#[test]
fn the_same_key_twice() {
    refused("version: 1\ncapabilities: []\nversion: 1\n", &[("duplicate-key", 3)]);
    refused(index("- id: capability.a.b\n  name: A\n  id: capability.a.c\n"), &[("duplicate-key", 5)]);
    refused(index("- {id: capability.a.b, name: A, x: {y: 1, 'y': 2}}\n"), &[("duplicate-key", 3)]);
}

#[test]
fn the_same_id_twice() {
    let capability = |id: &str| format!("- id: {id}\n  name: A\n");
    let text =
        index(&["capability.a.b", "capability.a.c", "capability.a.b", "capability.a.b"].map(capability).concat());
    refused(text, &[("duplicate-id", 7), ("duplicate-id", 9)]);
}

#[test]
fn unsupported_tags_and_broken_syntax() {
    refused("a: !!python/object/apply:os.system ['true']\n", &[("unsupported-tag", 1)]);
    refused("a: [1, 2\n", &[("invalid-yaml", 1)]);
    refused("a: 'b\n", &[("invalid-yaml", 1)]);
    refused("a:\n\t- b\n", &[("invalid-yaml", 2)]);
    refused("a: b: c\n", &[("invalid-yaml", 1)]);
    refused("@a: b\n", &[("invalid-yaml", 1)]);
    refused("a: 1\n---\nb: 1\n", &[("multiple-documents", 2)]);
}

#[test]
fn sizes() {
    let capability = |n: usize| format!("- id: capability.n{n}.x\n  name: Name of {n}\n");
    let largest: String = (0..MAX_CAPABILITIES).map(capability).collect();
    assert_eq!(judge(index(&largest)).index.map(|index| index.capabilities.len()), Some(MAX_CAPABILITIES));
    let larger: String = (0..=MAX_CAPABILITIES).map(capability).collect();
    refused(index(&larger), &[("too-many-capabilities", 3)]);

    refused(format!("[{}]", "1,".repeat(1_300_000)), &[("too-many-nodes", 1)]);
    refused(vec![b'#'; MAX_DECODED_BYTES + 1], &[("too-large", 0)]);
}
