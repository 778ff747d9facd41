//! Catalogues over scripted forges, with payloads as their documentation shows them.

mod following;
mod hostile;
mod managing;
mod renaming;

use crate::eventually::eventually;
use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const LISTING: &str = "https://codeberg.org/api/v1/users/acme/repos?limit=50";
const TTL: i64 = 3600;
const DAY: i64 = 24 * 3600;

/// A repository as Gitea and Forgejo describe it, pushed to for the `pushed`th time.
fn repo(id: u64, name: &str, pushed: u32) -> Value {
    json!({"id": id, "owner": {"id": 7, "login": "acme", "full_name": "Acme"}, "name": name, "full_name": format!("acme/{name}"),
        "description": "", "empty": false, "private": false, "fork": false, "template": false, "parent": null, "mirror": false, "size": 120,
        "html_url": format!("https://codeberg.org/acme/{name}"), "default_branch": "main", "archived": false,
        "created_at": "2026-01-02T03:04:05+01:00", "updated_at": format!("2026-11-02T03:04:{pushed:02}+01:00"),
        "archived_at": "1970-01-01T00:00:00Z", "internal": false})
}

/// The same with another value for one member.
fn with(mut repo: Value, member: &str, value: Value) -> Value {
    repo[member] = value;
    repo
}

/// The address of the index of a repository.
fn raw(name: &str) -> String {
    format!("https://codeberg.org/acme/{name}/raw/branch/main/registry/indexes/capabilities.yaml")
}

fn list(hub: &Hub, repos: &[Value]) {
    hub.sources().script(LISTING, 200, &[("content-type", "application/json")], &json!(repos).to_string());
}

fn publish(hub: &Hub, name: &str, count: usize) {
    let prefix: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    hub.sources().set(&raw(name), index(&prefix, count, 0));
}

/// A hub and a forge on which nothing is registered yet.
fn forge() -> Hub {
    let hub = Hub::new();
    hub.sources().is_forge("codeberg.org");
    hub
}

async fn create(hub: &Hub, document: Value) {
    let (status, answer) = hub.ask(Method::POST, "/v1/catalogues", document).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    hub.settle().await;
}

/// The same while the forge does not answer: it waits until the forge has been asked.
async fn begin_to_create(hub: &Hub, document: Value) {
    let asked = hub.sources().asked();
    let (status, answer) = hub.ask_without_settling("t", Method::POST, "/v1/catalogues", &document).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    eventually(async || (hub.sources().asked() > asked).then_some(())).await;
}

fn acme() -> Value {
    json!({"name": "acme", "kind": "forgejo", "url": "https://codeberg.org/acme", "domain": "d"})
}

/// A catalogue of these repositories, each with an index of two capabilities, whose registrations are published.
async fn with_repos(names: &[&str]) -> Hub {
    let hub = forge();
    let repos: Vec<Value> = (1..).zip(names).map(|(id, name)| repo(id, name, 1)).collect();
    list(&hub, &repos);
    names.iter().for_each(|name| publish(&hub, name, 2));
    create(&hub, acme()).await;
    compose(&hub).await;
    assert_eq!(repos_of(&hub).await, names);
    hub
}

/// Refreshes what is due.
async fn compose(hub: &Hub) {
    let (status, answer) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// Refreshes after the time to live.
async fn later(hub: &Hub) {
    hub.pass(TTL + TTL / 5);
    compose(hub).await;
}

/// The registered repos.
async fn repos_of(hub: &Hub) -> Vec<String> {
    let repos = hub.get("/v1/repos?limit=1000").await;
    let names = repos["repos"].as_array().expect("repos").iter().map(|repo| repo["repo"].as_str().expect("a name"));
    names.map(str::to_owned).collect()
}

/// The sources of the published document.
async fn published(hub: &Hub) -> Vec<String> {
    let document = hub.get("/v1/federated?format=json").await;
    let names =
        document["sources"].as_array().expect("sources").iter().map(|line| line["repo"].as_str().expect("a name"));
    names.map(str::to_owned).collect()
}

async fn status(hub: &Hub) -> Value {
    hub.get("/v1/catalogues/acme").await["status"].clone()
}
