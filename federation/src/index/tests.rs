use serde_json::json;

use super::*;

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
    verdict.diagnostics.into_iter().map(|d| (d.code, d.line, d.column)).collect()
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
        "7:9: warning: bidi-control: the text has U+202E, which reorders what people see: remove it if it is not meant (at /capabilities/0/name)"
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
        ("more-diagnostics", "50 more findings are left out: correct these first")
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
