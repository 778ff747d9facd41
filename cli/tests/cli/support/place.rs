//! A directory to work in, with a cache of its own.

use super::{Ran, program};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

pub(crate) const MANIFEST: &str = "registry/federation/sources.yaml";
pub(crate) const LOCK: &str = "registry/federation/sources.lock.yaml";
pub(crate) const DOCUMENT: &str = "registry/federation/federated.yaml";

/// The directory, which is removed when this is dropped.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a directory"))
    }

    /// A place with a manifest of `sources`.
    pub(crate) fn with(sources: &[Value]) -> Self {
        let place = Self::new();
        place.manifest(sources);
        place
    }

    /// Writes a manifest of `sources`.
    pub(crate) fn manifest(&self, sources: &[Value]) {
        self.write(MANIFEST, &json!({ "version": 1, "sources": sources }).to_string());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The sorted names in a folder.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let names = fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<String> =
            names.map(|name| name.expect("a name").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }

    /// A federated document here, as JSON.
    pub(crate) fn document(&self) -> Value {
        federation::yaml::parse(&self.read(DOCUMENT)).expect("YAML")
    }

    /// Runs the program here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut program = program(arguments);
        Ran::of(program.current_dir(self.0.path()).env("XDG_CACHE_HOME", self.path("cache")))
    }

    /// Removes what was fetched.
    pub(crate) fn clear_cache(&self) {
        fs::remove_dir_all(self.path("cache")).expect("there is a cache");
    }
}
