//! `reuse-surface federation diff`.

use crate::args::Diff;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::output::{Cell, Output, Tone};
use federation::diff::{Change, Op, diff};
use federation::schema::{Schema, violations};
use federation::yaml;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum size of an input in bytes, more than any document has.
const MAX_DOCUMENT_BYTES: usize = 1 << 30;

/// A document, split by source.
struct Federated {
    name: Value,
    sources: BTreeMap<String, Value>,
    capabilities: BTreeMap<String, Vec<Value>>,
}

/// A source that differs between the documents.
struct SourceChange {
    op: Op,
    repo: String,
    before: Option<Value>,
    after: Option<Value>,
}

pub(super) fn run(args: &Diff, output: &Output) -> Result<Exit, Failure> {
    if args.before == "-" && args.after == "-" {
        return Err(Failure::new(Exit::Usage, "only one of the documents can be standard input")
            .hint("write one of them to a file first"));
    }
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let sources = source_changes(&before, &after);
    let changes = capability_changes(&before, &after);
    let is_same = sources.is_empty() && changes.is_empty();
    let value = json!({
        "identical": is_same,
        "before": before.name,
        "after": after.name,
        "sources": sources.iter().map(|it| json!({
            "op": it.op, "repo": it.repo, "before": it.before, "after": it.after,
        })).collect::<Vec<_>>(),
        "items": changes.iter().map(|(repo, it)| json!({
            "op": it.op, "id": it.id, "source_repo": repo, "position": it.position, "before": it.before, "after": it.after,
        })).collect::<Vec<_>>(),
    });
    output.result(&value, |text| {
        let sources = sources.iter().map(|it| row(it.op, &it.repo, format!("(source{})", fields(it))));
        let changes = changes.iter().map(|(repo, it)| row(it.op, repo, it.id.clone()));
        if !is_same {
            text.table(["OP", "REPO", "ID"], sources.chain(changes));
        }
    })?;
    output.note(if is_same { "the documents have the same sources and capabilities" } else { "the documents differ" });
    Ok(if is_same { Exit::Done } else { Exit::Refused })
}

fn read(name: &str) -> Result<Federated, Failure> {
    let unreadable = |why: String| {
        Failure::new(Exit::Usage, format!("{name} is not a federated document"))
            .because([why])
            .hint("compare what `reuse-surface federation compose` writes, or what a hub serves at /v1/federated")
    };
    let bytes = input::read(name, MAX_DOCUMENT_BYTES)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(error.to_string()))?;
    // JSON is read whatever its size; YAML within the limits of an index.
    let mut value: Value = match text.starts_with('{') {
        true => serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?,
        false => yaml::parse(text).map_err(|error| unreadable(error.to_string()))?,
    };
    if let Some(violation) = violations(Schema::Federated, &value).into_iter().next() {
        let place = if violation.pointer.is_empty() { "" } else { &format!(" (at {})", violation.pointer) };
        return Err(unreadable(format!("{}{place}", violation.message)));
    }
    let mut take = |field: &str| match value.get_mut(field).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let of = |item: &Value, field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let sources = take("sources").into_iter().map(|source| (of(&source, "repo"), source)).collect();
    let mut capabilities: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for capability in take("capabilities") {
        capabilities.entry(of(&capability, "source_repo")).or_default().push(capability);
    }
    let name = json!({ "file": name, "revision": value["revision"], "digest": value["digest"] });
    Ok(Federated { name, sources, capabilities })
}

fn source_changes(before: &Federated, after: &Federated) -> Vec<SourceChange> {
    let repos: BTreeSet<&String> = before.sources.keys().chain(after.sources.keys()).collect();
    repos
        .into_iter()
        .filter_map(|repo| {
            let (was, is) = (before.sources.get(repo), after.sources.get(repo));
            let op = match (was, is) {
                (None, _) => Op::Added,
                (_, None) => Op::Removed,
                (was, is) if was == is => return None,
                _ => Op::Changed,
            };
            Some(SourceChange { op, repo: repo.clone(), before: was.cloned(), after: is.cloned() })
        })
        .collect()
}

fn capability_changes(before: &Federated, after: &Federated) -> Vec<(String, Change)> {
    let repos: BTreeSet<&String> = before.capabilities.keys().chain(after.capabilities.keys()).collect();
    let of = |document: &'_ Federated, repo: &String| document.capabilities.get(repo).cloned().unwrap_or_default();
    repos
        .into_iter()
        .flat_map(|repo| diff(&of(before, repo), &of(after, repo)).into_iter().map(|change| (repo.clone(), change)))
        .collect()
}

/// The names of the fields of a source that changed.
fn fields(change: &SourceChange) -> String {
    let (Some(Value::Object(before)), Some(Value::Object(after))) = (&change.before, &change.after) else {
        return String::new();
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed: Vec<&str> =
        names.into_iter().filter(|name| before.get(*name) != after.get(*name)).map(String::as_str).collect();
    format!(": {}", changed.join(", "))
}

fn row(op: Op, repo: &str, what: String) -> [Cell; 3] {
    [Cell::toned(op.as_str(), Tone::of_op(&op.into())), repo.into(), what.into()]
}
