use super::*;
use serde_json::json;

const INDEX: &str = "version: 1
repo: state-hub
domain: infotech
updated: 2026-11-24
capabilities:
- id: capability.state.publish
  name: Publish state
  x-own: {kept: [as, it, is]}
- id: capability.state.subscribe
  title: Subscribe to state
  tags: [state]
";

#[test]
fn a_valid_index_comes_back_in_order_with_every_field() {
    let verdict = check(INDEX.as_bytes());
    assert_eq!(verdict.diagnostics, []);
    let index = verdict.index.unwrap();
    assert_eq!(
        (index.version, index.repo.as_deref(), index.domain.as_deref()),
        (1, Some("state-hub"), Some("infotech"))
    );
    assert_eq!(index.updated.as_deref(), Some("2026-11-24"));
    let ids: Vec<_> = index.capabilities.iter().map(Capability::id).collect();
    assert_eq!(ids, ["capability.state.publish", "capability.state.subscribe"]);
    let first = index.capabilities[0].fields();
    assert_eq!(first["x-own"], json!({"kept": ["as", "it", "is"]}));
    assert_eq!(first.keys().collect::<Vec<_>>(), ["id", "name", "x-own"]);
    assert!(check(format!("\u{feff}{INDEX}").as_bytes()).is_valid());
}

#[track_caller]
fn found(text: &str) -> Vec<(String, Option<u64>, Option<u64>)> {
    let verdict = check(text.as_bytes());
    assert_eq!(verdict.index.is_none(), verdict.diagnostics.iter().any(Diagnostic::is_error));
    verdict.diagnostics.into_iter().map(|d| (d.code.to_string(), d.line, d.column)).collect()
}

#[test]
fn findings_come_in_the_order_of_the_text_with_their_places() {
    let text = INDEX.replace("title: Subscribe to state", "title: 7").replace("version: 1", "version: true");
    assert_eq!(
        found(&text),
        [("schema-const".to_owned(), Some(1), Some(10)), ("schema-type".to_owned(), Some(10), Some(10))]
    );
}

#[test]
fn an_id_twice_names_both_lines() {
    let text = INDEX.replace("capability.state.subscribe", "capability.state.publish");
    let verdict = check(text.as_bytes());
    assert_eq!(verdict.index, None);
    assert_eq!(
        verdict.diagnostics[0].to_string(),
        "9:7: duplicate-id: the id `capability.state.publish` is already used on line 6, and here on line 9: give one of them \
         another id (at /capabilities/1/id)"
    );
}

#[test]
fn other_versions_are_named_as_such() {
    assert_eq!(found("version: 2\nthings: []\n"), [("unknown-version".to_owned(), Some(1), Some(10))]);
    let text = "version: '1'\ncapabilities: []\n";
    assert_eq!(found(text), [("schema-const".to_owned(), Some(1), Some(10))]);
    assert_eq!(check(text.as_bytes()).diagnostics[0].message, "must be `1`, not `\"1\"`");
}

#[test]
fn characters_that_act_on_the_reader() {
    let escaped = |what: &str| INDEX.replace("Publish state", &format!("\"Publish {what} state\""));
    for what in ["\\0", "\\e", "\\r", "\\x7f", "\\x9b"] {
        assert_eq!(found(&escaped(what)), [("control-character".to_owned(), Some(7), Some(9))], "{what}");
    }
    assert_eq!(found(&escaped("\\t\\n")), []);
    let key = INDEX.replace("x-own", "\"x\\eown\"");
    assert_eq!(found(&key), [("control-character".to_owned(), Some(8), Some(3))]);
    let warned = check(escaped("\u{202e}").as_bytes());
    assert!(warned.is_valid());
    assert_eq!(
        warned.diagnostics[0].to_string(),
        "7:9: warning: bidi-control: the text has U+202E, which reorders what people see: remove it unless it is intended (at /capabilities/0/name)"
    );
}

#[test]
fn at_most_a_hundred_findings_and_then_a_count() {
    let many: String = (0..150).map(|n| format!("- id: capability.n{n}\n  name: {n}\n")).collect();
    let verdict = check(format!("version: 1\ncapabilities:\n{many}").as_bytes());
    assert_eq!(verdict.diagnostics.len(), MAX_DIAGNOSTICS + 1);
    let last = verdict.diagnostics.last().unwrap();
    assert_eq!(
        (last.code.as_str(), last.message.as_str()),
        ("more-diagnostics", "50 further findings are left out: correct these first")
    );
    assert!(last.is_error() && verdict.index.is_none());
}

#[test]
fn warnings_alone_never_refuse() {
    let many: String = (0..150).map(|n| format!("- id: capability.n{n}\n  name: \"a\u{202e}b\"\n")).collect();
    let verdict = check(format!("version: 1\ncapabilities:\n{many}").as_bytes());
    assert!(verdict.is_valid());
    assert_eq!(verdict.diagnostics.last().map(Diagnostic::is_error), Some(false));
}

#[test]
fn the_indexes_in_this_repository_are_valid() {
    for (name, text) in [
        ("capabilities", include_str!("../../../registry/indexes/capabilities.yaml")),
        ("state-hub", include_str!("../../../registry/indexes/state-hub.yaml")),
    ] {
        let verdict = check(text.as_bytes());
        let read = verdict.index.map(|index| index.capabilities.len());
        assert_eq!((verdict.diagnostics, read), (vec![], Some(text.matches("\n- id: ").count())), "{name}");
    }
}

#[test]
fn an_error_is_not_left_out_for_warnings() {
    let warnings = "  \"w\": \"\\u202e\"\n".to_owned();
    let fields: String = (0..150).map(|n| warnings.replace('w', &format!("w{n}"))).collect();
    let text = format!("version: 1\ncapabilities:\n- id: a.b\n  name: n\n{fields}  e: \"\\e\"\n");
    let verdict = check(text.as_bytes());
    let errors: Vec<_> =
        verdict.diagnostics.iter().filter(|found| found.is_error()).map(|found| &*found.code).collect();
    assert_eq!((verdict.diagnostics.len(), errors), (101, vec!["control-character", "more-diagnostics"]));
    assert_eq!(verdict.diagnostics[100].message, "51 further findings are left out: correct these first");
}

#[test]
fn all_that_is_said_together_is_bounded() {
    // Escapes of six bytes for every character of a pointer and of a line.
    let key = |n: usize| format!("\"{n}{}\": 1", "\\u001b".repeat(400));
    let fields: Vec<String> =
        (0..100).map(|n| format!("{{{}: {{{}}}}}", key(n).trim_end_matches(": 1"), key(n))).collect();
    let text = format!("{{version: 1, capabilities: [{{id: a.b, name: n, x: [{}]}}]}}", fields.join(","));
    let verdict = check(text.as_bytes());
    let size = serde_json::to_string(&verdict.diagnostics).unwrap().len();
    assert!(size <= crate::limits::MAX_DIAGNOSTICS_BYTES && size > 48 * 1024, "{size}");
    let last = verdict.diagnostics.last().unwrap();
    let listed = verdict.diagnostics.len() - 1;
    assert_eq!(last.message, format!("{} further findings are left out: correct these first", 200 - listed).as_str());
}

#[test]
fn keys_of_json_are_as_long_as_any_text() {
    for key in ["k".repeat(1025), "k".repeat(65_536), "\\u00e9".repeat(10_922)] {
        let text =
            format!(" {{\"version\": 1, \"capabilities\": [{{\"id\": \"a.b\", \"name\": \"n\", \"{key}\": 1}}]}}");
        assert!(check(text.as_bytes()).is_valid(), "{:?}", check(text.as_bytes()).diagnostics);
        let wrong = text.replace("\"n\"", "7").replace(": 1}", ": \"\\u001b\"}");
        let places: Vec<_> = check(wrong.as_bytes()).diagnostics.iter().map(|it| (it.line, it.column)).collect();
        let name = wrong.find(" 7").unwrap() as u64 + 2;
        assert_eq!(places, [(Some(1), Some(name)), (Some(1), Some(wrong.len() as u64 - 10))], "{key:.9}");
    }
    let over = format!("{{\"{}\": 1}}", "k".repeat(65_537));
    assert_eq!(check(over.as_bytes()).diagnostics[0].code, "scalar-too-long");
    // YAML has a limit of its own, and other readers enforce it.
    let yaml = format!("{}: 1\n", "k".repeat(1025));
    assert_eq!(check(yaml.as_bytes()).diagnostics[0].code, "invalid-yaml");
}

#[test]
fn sizes_are_those_of_what_is_written() {
    for text in [
        "{version: 1, capabilities: []}".to_owned(),
        "version: 1\ncapabilities:\n- id: a.b\n  name: n\n  x: {}\n- id: a.c\n  name: é\n  y: [[1, 2.5e20], \"a\\nb\\n\", \"#\"]\n".to_owned(),
        format!("{{version: 1, capabilities: [{{id: a.b, name: n, x: [[\"{}\"]]}}]}}", "a\\n".repeat(9_000)),
    ] {
        let index = check(text.as_bytes()).index.unwrap();
        let entries: Vec<Value> = index.capabilities.iter().map(|it| Value::Object(it.fields().clone())).collect();
        let json: Vec<String> = entries.iter().map(Value::to_string).collect();
        assert_eq!(index.sizes.json_bytes, json.join(",\n").len(), "{text:.80}");
        assert_eq!(index.sizes.yaml_bytes, crate::yaml::to_sequence_items(&entries).unwrap().len(), "{text:.80}");
    }
}

#[test]
fn what_is_too_large_once_it_is_written_is_refused_where_it_stands() {
    use crate::limits::{MAX_CAPABILITY_BYTES, MAX_RENDERED_BYTES};
    let of = |bytes: usize| {
        let empty = "{\"id\":\"a.b\",\"name\":\"n\",\"x\":[\"\"]}".len();
        let mut left = bytes - empty;
        let mut texts = Vec::new();
        while left > 60_000 {
            texts.push("y".repeat(60_000 - 3));
            left -= 60_000;
        }
        texts.push("y".repeat(left));
        format!(
            "{{\"version\":1,\"capabilities\":[\n{{\"id\":\"a.b\",\"name\":\"n\",\"x\":[\"{}\"]}}]}}",
            texts.join("\",\"")
        )
    };
    let yaml_bytes = |bytes| check(of(bytes).as_bytes()).index.map(|index| index.sizes.yaml_bytes);
    let least = MAX_CAPABILITY_BYTES - 1000;
    let most = least + MAX_CAPABILITY_BYTES - yaml_bytes(least).unwrap();
    assert_eq!(yaml_bytes(most), Some(MAX_CAPABILITY_BYTES));
    assert_eq!(found(&of(most + 1)), [("capability-too-large".to_owned(), Some(2), Some(1))]);

    // The largest index that consists only of characters that both formats escape is still accepted.
    let texts = vec![format!("'{}'", "\"".repeat(60_000)); 8].join(", ");
    let entries: String = (0..34).map(|n| format!("- {{id: a.n{n}, name: n, x: [{texts}]}}\n")).collect();
    let text = format!("version: 1\ncapabilities:\n{entries}");
    let index = check(text.as_bytes()).index.unwrap();
    assert!(index.sizes.json_bytes > 2 * 16_000_000 && index.sizes.json_bytes <= MAX_RENDERED_BYTES);
}

#[test]
fn what_agents_read_is_checked() {
    let with = |fields: &str| format!("version: 1\ncapabilities:\n- id: capability.a\n  name: A\n  {fields}\n");
    let server = "name: org.example/a, version: 1.2.0";
    let remotes = "remotes: [{type: sse, url: 'https://a.example.org/{key}'}]";
    for valid in [
        "representative_queries: [how do I lock a state]".to_owned(),
        "artifact: {type: 'text/markdown; profile=\"urn:air:agent-skills\"', url: 'https://a.example.org?a=b', more: 1}".to_owned(),
        format!("mcp_server: {{{server}, {remotes}, more: [1]}}"),
        format!("mcp_server: {{{server}, packages: [{{registryType: npm, identifier: '@a/b', transport: {{type: stdio}}}}]}}"),
    ] {
        assert_eq!(found(&with(&valid)), [], "{valid}");
    }
    let long = "x".repeat(501);
    for (invalid, code) in [
        ("representative_queries: []".to_owned(), "schema-too-few"),
        (format!("representative_queries: [{}]", ["q"; 11].join(", ")), "schema-too-many"),
        (format!("representative_queries: [{long}]"), "schema-too-long"),
        ("representative_queries: how".to_owned(), "schema-type"),
        ("artifact: {type: text/markdown}".to_owned(), "schema-required"),
        ("artifact: {type: markdown, url: 'https://a.example.org'}".to_owned(), "schema-pattern"),
        ("artifact: {type: text/markdown, url: 'ftp://a.example.org'}".to_owned(), "schema-pattern"),
        ("artifact: {type: text/markdown, url: 'https://user:secret@a.example.org/'}".to_owned(), "schema-pattern"),
        (format!("mcp_server: {{{server}}}"), "schema-one-of"),
        (format!("mcp_server: {{{server}, remotes: []}}"), "schema-too-few"),
        (format!("mcp_server: {{name: a, version: 1.2.0, {remotes}}}"), "schema-pattern"),
        (format!("mcp_server: {{name: org.example/a, version: ^1.2, {remotes}}}"), "schema-pattern"),
        (format!("mcp_server: {{{server}, remotes: [{{type: stdio, url: 'https://a.example.org'}}]}}"), "schema-enum"),
        (format!("mcp_server: {{{server}, packages: [{{registryType: npm, identifier: a}}]}}"), "schema-required"),
        (format!("mcp_server: {{{server}, {remotes}, title: {}}}", "x".repeat(101)), "schema-too-long"),
    ] {
        let codes: Vec<String> = found(&with(&invalid)).into_iter().map(|(code, ..)| code).collect();
        assert!(codes.contains(&code.to_owned()), "{invalid}: {codes:?}");
    }
}

#[test]
fn what_is_used_is_read_as_ids_with_or_without_a_repo() {
    let text =
        "version: 1\ncapabilities: []\nuses:\n- b.c\n- {id: a.b, repo: state-hub, why: it works}\n- b.c\n- {id: a.b}\n";
    let index = check(text.as_bytes()).index.expect("valid");
    let used = |id: &str, repo: Option<&str>| Use { id: id.to_owned(), repo: repo.map(str::to_owned) };
    assert_eq!(index.uses, [used("a.b", None), used("a.b", Some("state-hub")), used("b.c", None)]);
    let as_json = serde_json::json!({"version": 1, "capabilities": [], "uses": ["b.c"]}).to_string();
    assert_eq!(check(as_json.as_bytes()).index.expect("valid").uses, [used("b.c", None)]);
}

#[test]
fn what_is_used_names_capabilities_and_is_bounded() {
    let refused = |uses: &str| {
        let verdict = check(format!("version: 1\ncapabilities: []\nuses: {uses}\n").as_bytes());
        verdict.diagnostics.iter().map(|it| (it.code.to_string(), it.pointer.to_string())).next()
    };
    let at = |code: &str, pointer: &str| Some((code.to_owned(), pointer.to_owned()));
    assert_eq!(refused("[Not an id]"), at("schema-pattern", "/uses/0"));
    assert_eq!(refused("[a.b, {repo: a}]"), at("schema-required", "/uses/1"));
    assert_eq!(refused("[{id: a.b, repo: 1}]"), at("schema-type", "/uses/0/repo"));
    assert_eq!(refused("[1]"), at("schema-type", "/uses/0"));
    assert_eq!(refused("a.b"), at("schema-type", "/uses"));
    let many = |count: usize| format!("[{}]", (0..count).map(|n| format!("a.n{n}")).collect::<Vec<_>>().join(", "));
    assert_eq!(refused(&many(1000)), None);
    assert!(refused(&many(1001)).is_some());
}
