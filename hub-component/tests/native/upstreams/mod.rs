//! Hubs that follow other hubs, in one process, each with its own database.

mod chains;
mod costs;
mod hostile;
mod managing;

use crate::ports::Hub;
use http::{Method, StatusCode};
use hub_component::hub::{Host, Setting};
use serde_json::{Value, json};

/// A hub that knows its public URL.
fn hub(name: &str) -> Hub {
    Hub::new().at(Setting { public_url: url(name), host: Host::Serve, ..Setting::default() })
}

fn url(name: &str) -> String {
    format!("https://{name}.example.org")
}

fn index(id: &str) -> String {
    format!("version: 1\ncapabilities:\n- {{id: {id}, name: Name of {id}}}\n")
}

/// Sets `upstream` at `hub` under its name, and follows it.
async fn follow(hub: &Hub, name: &str, upstream: &Hub, transitive: bool) {
    hub.sources().is_hub(&format!("{name}.example.org"), upstream);
    let path = format!("/v1/upstreams/{name}");
    let (status, answer) = hub.ask(Method::PUT, &path, json!({"url": url(name), "transitive": transitive})).await;
    assert!(status.is_success(), "{status} {answer}");
    hub.settle().await;
}

/// Lets a minute pass, and follows what is due.
async fn turn(hub: &Hub) {
    hub.pass(100);
    let (status, answer) = hub.ask(Method::POST, "/v1/federated/compose", Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// What a hub publishes: repo, digest of the index, and the names of the hubs that it came through.
async fn published(hub: &Hub) -> Vec<(String, String, Vec<String>)> {
    let manifest = hub.get("/v1/federated/manifest").await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let hop = |hop: &Value| text(hop).trim_start_matches("https://").trim_end_matches(".example.org").to_owned();
    let via = |line: &Value| line["via"].as_array().map_or(Vec::new(), |via| via.iter().map(hop).collect());
    let lines = manifest["sources"].as_array().expect("sources");
    lines.iter().map(|line| (text(&line["repo"]), text(&line["index_digest"]), via(line))).collect()
}

/// The repos that a hub publishes, with the hubs that they came through.
async fn paths(hub: &Hub) -> Vec<(String, String)> {
    published(hub).await.into_iter().map(|(repo, _, via)| (repo, via.join(" "))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(repo, via)| ((*repo).to_owned(), (*via).to_owned())).collect()
}

async fn status(hub: &Hub, name: &str) -> Value {
    hub.get(&format!("/v1/upstreams/{name}")).await["status"].clone()
}
