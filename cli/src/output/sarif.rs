//! Findings as SARIF 2.1.0 (OASIS), for tools that show them next to the lines.

use federation::diagnostic::Diagnostic;
use reqwest::Url;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The SARIF log of one run over one document.
pub(crate) fn log(source: &str, diagnostics: &[Diagnostic]) -> Value {
    let rules: BTreeSet<&str> = diagnostics.iter().map(|found| found.code.as_str()).collect();
    let uri = uri(source);
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "reuse-surface",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(|found| result(&uri, found)).collect::<Vec<_>>(),
        }],
    })
}

fn result(uri: &str, found: &Diagnostic) -> Value {
    let mut location = Map::new();
    let mut physical = json!({ "artifactLocation": { "uri": uri } });
    if let Some(line) = found.line {
        let mut region = json!({ "startLine": line });
        if let Some(column) = found.column {
            region["startColumn"] = column.into();
        }
        physical["region"] = region;
    }
    location.insert("physicalLocation".to_owned(), physical);
    if !found.pointer.is_empty() {
        location.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": found.pointer }]));
    }
    json!({
        "ruleId": found.code,
        "level": if found.is_error() { "error" } else { "warning" },
        "message": { "text": found.message },
        "locations": [location],
    })
}

/// A URI reference. A relative path stays relative, so that tools resolve it in the repository.
fn uri(source: &str) -> String {
    if source.contains("://") {
        return source.to_owned();
    }
    let Ok(mut url) = Url::parse("file:///") else { return source.to_owned() };
    url.set_path(source);
    let path = url.path();
    match source.strip_prefix('/') {
        Some(_) => url.to_string(),
        None => path.trim_start_matches('/').to_owned(),
    }
}
