//! This repository's own index and manifest.

use crate::support::{Ran, program};
use federation::yaml;
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const INDEX: &str = "registry/indexes/capabilities.yaml";

fn index() -> Value {
    yaml::parse(&std::fs::read_to_string(Path::new(ROOT).join(INDEX)).expect("the index")).expect("YAML")
}

#[test]
fn the_indexes_are_valid() {
    for path in [INDEX, "registry/indexes/state-hub.yaml"] {
        let ran = Ran::of(program(&["index", "validate", path, "-o", "json"]).current_dir(ROOT)).ended(0);
        assert_eq!(ran.json()["diagnostics"], Value::Array(Vec::new()), "{path}");
    }
}

#[test]
fn every_capability_has_its_maturity_and_links_to_what_is_there() {
    for capability in index()["capabilities"].as_array().expect("capabilities") {
        for field in ["name", "summary", "status", "owner", "path"] {
            assert!(capability[field].is_string(), "{field} of {}", capability["id"]);
        }
        assert!(capability["maturity"]["offered_as"].is_array(), "maturity of {}", capability["id"]);
        let list = |field: &str| capability[field].as_array().cloned().unwrap_or_default();
        let paths = [vec![capability["path"].clone()], list("code"), list("docs"), list("tests")];
        assert!(paths[1..].iter().all(|paths| !paths.is_empty()), "code, docs and tests of {}", capability["id"]);
        for path in paths.concat() {
            let path = path.as_str().expect("a path");
            assert!(is_there(&Path::new(ROOT).join(path)), "{path} of {}", capability["id"]);
        }
    }
}

/// A folder that git emptied remains in an old checkout, but is missing in a new one.
fn is_there(path: &Path) -> bool {
    path.is_file() || std::fs::read_dir(path).is_ok_and(|mut inside| inside.next().is_some())
}

#[test]
fn the_manifest_composes() {
    let place = crate::support::Place::new();
    let arguments = ["federation", "compose", "--output", "-", "--format", "json"];
    let mut compose = program(&arguments);
    compose.current_dir(ROOT).env("XDG_CACHE_HOME", place.path("cache"));
    let document = Ran::of(&mut compose).ended(0).json();
    let sources: Vec<&str> =
        document["sources"].as_array().expect("sources").iter().filter_map(|it| it["repo"].as_str()).collect();
    assert_eq!(sources, ["reuse-surface", "state-hub"]);
    let own = index()["capabilities"].as_array().expect("capabilities").clone();
    let ids: HashSet<&str> = own.iter().filter_map(|it| it["id"].as_str()).collect();
    assert!(ids.contains("capability.registry.register"));
    let composed = document["capabilities"].as_array().expect("capabilities").iter();
    assert_eq!(composed.filter(|it| it["source_repo"] == "reuse-surface").count(), ids.len());
}
