//! Hostile files of other standards cost no more than a hostile index.

use federation::diagnostic::Diagnostic;
use federation::index::check;
use federation::limits::{MAX_CAPABILITIES, MAX_DIAGNOSTICS};

/// Findings of hostile files are few, and found in time.
#[track_caller]
fn bounded(text: &str, code: &str) -> Vec<Diagnostic> {
    let verdict = check(text.as_bytes());
    assert!(verdict.diagnostics.len() <= MAX_DIAGNOSTICS + 1);
    assert!(verdict.diagnostics.iter().any(|found| found.code == code), "{:?}", verdict.diagnostics.first());
    verdict.diagnostics
}

#[test]
fn findings_are_few_and_for_the_right_reason() {
    let entity = "apiVersion: backstage.io/v1alpha1\nkind: Component\n---\n";
    let found = bounded(&entity.repeat(MAX_CAPABILITIES), "schema-required");
    assert!(found.last().is_some_and(|last| last.message.starts_with("more than ")), "{:?}", found.last());
    bounded(&"apiVersion: a\nkind: Group\n---\n".repeat(MAX_CAPABILITIES - 1), "left-out");
    bounded(&entity.repeat(MAX_CAPABILITIES + 1), "too-many-capabilities");
    bounded(&format!("{entity}{}", "---\n".repeat(300_000)), "schema-required");
    bounded(&format!("{entity}{}", "0\n---\n".repeat(300_000)), "too-many-capabilities");
    bounded(&format!("{}{}", &entity, "---\n".repeat(1_300_000)), "too-many-nodes");
    let skill = r#"{"id":"a","name":"b","description":"c","tags":[]},"#;
    let card = |skills: &str| {
        format!(r#"{{"name":"x","protocolVersion":"0.3","url":"","capabilities":{{}},"skills":[{skills}0]}}"#)
    };
    bounded(&card(&skill.repeat(MAX_CAPABILITIES)), "too-many-capabilities");
    bounded(&card(&skill.repeat(MAX_CAPABILITIES - 1)).replace(",0]", "]"), "duplicate-id");
    bounded(&card(&"0,".repeat(MAX_CAPABILITIES - 1)), "schema-type");
    let languages: String = (0..300_000).map(|n| format!("l{n}: 0, ")).collect();
    let software = format!(
        "{{publiccodeYmlVersion: '0', name: a, url: b, developmentStatus: beta, description: {{{languages}}}}}"
    );
    bounded(&software, "schema-required");
    let keywords = format!("{{'@context': codemeta, name: a, keywords: [{}]}}", "0, ".repeat(1_000_000));
    bounded(&keywords, "schema-type");
    let long = format!("{{'@context': codemeta, name: a, description: [], ? {} : 0}}", "k".repeat(65_000));
    bounded(&long, "schema-type");
}
