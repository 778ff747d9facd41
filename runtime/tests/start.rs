//! What a start refuses, and why.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use runtime::{ComponentSource, Config, Limits, Manifest, Runtime};
use std::collections::BTreeMap;

/// A component without contents.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

const MANIFEST: &str = r#"
    spin_manifest_version = 2
    [variables]
    token = { required = true }
    [[trigger.http]]
    route = "/..."
    component = "hub"
    [component.hub]
    source = "hub.wasm"
    sqlite_databases = ["default"]
    variables = { token = "{{ token }}" }
"#;

fn refusal(change: impl FnOnce(&mut Config)) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut config = Config {
        component: ComponentSource::Embedded { precompiled: &[], wasm: EMPTY },
        manifest: Manifest::parse(MANIFEST).unwrap(),
        data_dir: directory.path().join("data"),
        public_url: "https://hub.test".to_owned(),
        variables: BTreeMap::from([("token".to_owned(), "secret".to_owned())]),
        variable_files: BTreeMap::new(),
        proxy: None,
        allow_private_networks: false,
        database_version: None,
        liveness: "/alive".to_owned(),
        limits: Limits::default(),
    };
    change(&mut config);
    format!("{:#}", Runtime::new(config).err().unwrap())
}

#[test]
fn a_component_that_serves_no_http_is_refused() {
    assert!(refusal(|_| ()).contains("not an HTTP service of WASI 0.3"));
}

#[test]
fn a_variable_without_a_value_is_refused() {
    assert!(refusal(|config| config.variables.clear()).contains("variable `token` is required"));
}

#[test]
fn a_file_for_a_variable_is_granted_and_readable() {
    let file = |name: &str| BTreeMap::from([(name.to_owned(), "/nonexistent/token".into())]);
    assert!(refusal(|config| config.variable_files = file("tokn")).contains("`tokn` is not granted"));
    assert!(refusal(|config| config.variable_files = file("token")).contains("cannot open /nonexistent/token"));
}

#[test]
fn bytes_that_are_no_component_are_refused() {
    let text = ComponentSource::Embedded { precompiled: b"x", wasm: b"<html>" };
    assert!(!refusal(|config| config.component = text).contains("not an HTTP service"));
    assert!(runtime::precompile(b"<html>").is_err());
}
