//! Identities of CI jobs: which jobs get a token, and what it allows.

mod attacks;
mod exchanging;
mod issuer;
mod keys;
mod pushing;

use crate::ports::Hub;
use federation::identity::Issuers;
use http::{Method, StatusCode};
use hub_component::hub::{Host, Setting};
use issuer::{FIRST, jwks};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const URL: &str = "https://raw.githubusercontent.com/coulomb/a/main/registry/index.yaml";
const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITHUB_KEYS: &str = "https://token.actions.githubusercontent.com/.well-known/jwks";

/// The issuers that the operator trusts in these tests.
const ISSUERS: &str = "
- issuer: https://token.actions.githubusercontent.com
  audience: https://hub.example.org
  rules:
  - repo: a
    claims: {repository: coulomb/a, repository_id: 74, ref: refs/heads/main}
  - repo: other
    claims: {repository: coulomb/other, ref: refs/heads/main}
- issuer: https://gitlab.com
  audience: https://hub.example.org
  jwks_url: https://gitlab.com/oauth/discovery/keys
  rules:
  - repo: a
    claims: {project_id: 20, ref: main, ref_type: branch}
- issuer: https://codeberg.org/api/actions
  audience: https://hub.example.org
  jwks_url: https://codeberg.org/api/actions/.well-known/keys
  rules:
  - repo: a
    claims: {repository_id: \"140\", ref: refs/heads/main}
";

fn index(name: &str) -> String {
    format!("version: 1\ncapabilities:\n- {{id: capability.a, name: {name}}}\n")
}

/// A hub that trusts these issuers, all of which sign with the first key, and has `a` registered.
async fn trusting() -> Hub {
    let hub = Hub::new();
    let issuers = Issuers::parse(ISSUERS).expect("issuers");
    let public_url = "https://hub.example.org".to_owned();
    let hub = hub.at(Setting { public_url, host: Host::Serve, issuers, ..Setting::default() });
    let discovery =
        json!({"issuer": GITHUB, "jwks_uri": GITHUB_KEYS, "id_token_signing_alg_values_supported": ["RS256"]});
    hub.sources().set(&format!("{GITHUB}/.well-known/openid-configuration"), discovery.to_string());
    for keys in
        [GITHUB_KEYS, "https://gitlab.com/oauth/discovery/keys", "https://codeberg.org/api/actions/.well-known/keys"]
    {
        hub.sources().set(keys, jwks(&[&FIRST]));
    }
    hub.sources().set(URL, index("Old"));
    let body = json!({"repo": "a", "url": URL, "domain": "d"});
    assert_eq!(hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await.0, 201);
    hub
}

/// Exchanges an identity from an address.
async fn exchange_from(hub: &Hub, address: &str, identity: &str, repo: &str) -> (StatusCode, Value) {
    let request = http::Request::post("/v1/tokens/exchange")
        .header("content-type", "application/json")
        .header("spin-client-addr", address)
        .body(json!({"identity": identity, "repo": repo}).to_string().into())
        .expect("a request");
    let response = hub.send(request).await;
    (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
}

async fn exchange(hub: &Hub, identity: &str, repo: &str) -> (StatusCode, Value) {
    exchange_from(hub, "192.0.2.1:4711", identity, repo).await
}

/// The secret that a job gets for these claims.
async fn token(hub: &Hub, claims: &Value) -> String {
    let (status, given) = exchange(hub, &FIRST.token(claims), "a").await;
    assert_eq!(status, StatusCode::CREATED, "{given}");
    given["token"].as_str().expect("a secret").to_owned()
}

/// Claims with one of them changed, or removed if the value is null.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
        value => claims[name] = value,
    }
    claims
}
