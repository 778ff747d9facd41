//! The OpenAPI document: the committed copy is what the code generates, and it is complete.

use crate::ports::Hub;
use api::page::{self, Limit};
use api::{events, federated, feeds, paths};
use serde_json::Value;
use std::fs;

const COPY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/openapi.json");

/// Reads that are not public.
const PRIVATE_READS: [&str; 3] = ["/v1/events", "/v1/tokens", "/v1/tokens/self"];

async fn document() -> Value {
    Hub::new().get("/openapi.json").await
}

fn names(object: &Value) -> Vec<String> {
    let mut names: Vec<String> = object.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_copy_in_specs_is_what_the_hub_serves() {
    let served = Hub::new().text("/openapi.json").await;
    if std::env::var_os("UPDATE_SPECS").is_some() {
        fs::write(COPY, &served).expect("a copy");
    }
    let same = fs::read_to_string(COPY).is_ok_and(|copy| copy == served);
    assert!(same, "specs/openapi.json is not what the code says: run `cargo xtask docs`");
}

#[tokio::test]
async fn every_operation_is_described_whole() {
    let document = document().await;
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let place = format!("{method} {path}");
            ids.push(operation["operationId"].as_str().expect("an id").to_owned());
            assert!(operation["summary"].is_string(), "{place} has no summary");
            assert!(operation["description"].is_string(), "{place} has no description");
            assert_ne!(operation["description"], operation["summary"], "{place} says only its summary");
            assert_eq!(operation["x-problems"], Value::Null, "{place} names codes that no problem has");
            assert!(operation["tags"][0].is_string(), "{place} has no tag");
            assert_eq!(
                (method != "get"
                    && !["/mcp", "/search", "/v1/hooks/{forge}", "/v1/tokens/exchange"].contains(&path.as_str()))
                    || PRIVATE_READS.contains(&path.as_str()),
                operation["security"].is_array(),
                "{place}: a write, and hardly a read, needs a token"
            );
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let headers = &response["headers"];
                assert!(response["$ref"].is_string() || headers["X-Request-Id"].is_object(), "{place} {status}");
                for (name, header) in headers.as_object().into_iter().flatten() {
                    assert!(header["$ref"].is_string(), "{place} {status}: nothing says what `{name}` means");
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string() || parameter["$ref"].is_string(), "{place}: {parameter}");
            }
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an operationId stands once");
}

#[tokio::test]
async fn what_is_answered_has_the_fields_of_what_is_sent() {
    let document = document().await;
    let schemas = &document["components"]["schemas"];
    let sent = names(&schemas["HubRegistration"]["properties"]);
    assert_eq!(names(&schemas["Registration"]["properties"]), sent);
    let lines = names(&schemas["FederatedSource"]["properties"]);
    assert_eq!(
        names(&schemas["SourceLine"]["properties"]),
        lines.into_iter().filter(|n| n != "index").collect::<Vec<_>>()
    );
}

/// The lists whose `limit` may not be higher than the maximum.
const LISTS: [(&str, Limit); 11] = [
    (paths::REPOS, page::REPOS),
    (paths::CATALOGUES, page::CATALOGUES),
    (paths::TOKENS, page::TOKENS),
    (paths::EVENTS, page::EVENTS),
    (paths::REVISIONS, page::REVISIONS),
    (paths::CHANGES, page::CHANGES),
    (paths::DEMAND, page::DEMAND),
    (paths::OVERLAPS, page::OVERLAPS),
    (paths::CAPABILITIES, page::CAPABILITIES),
    (paths::CAPABILITY, page::CAPABILITIES),
    (paths::CONSUMERS, page::CONSUMERS),
];
/// The lists that lower a higher `limit`, as their descriptions say.
const LOWERING: [(&str, Limit); 2] =
    [(paths::ARD_RESOURCES, page::ARD_RESOURCES), (paths::MCP_SERVERS, page::MCP_SERVERS)];

/// The description and the maximum of a query parameter of `GET path`.
fn parameter<'a>(item: &'a Value, name: &str) -> Option<(&'a str, Option<u64>)> {
    let mut parameters = item["get"]["parameters"].as_array().into_iter().flatten();
    let parameter = parameters.find(|parameter| parameter["name"] == name)?;
    Some((parameter["description"].as_str()?, parameter["schema"]["maximum"].as_u64()))
}

#[tokio::test]
async fn every_limit_is_described_as_the_hub_keeps_it() {
    let document = document().await;
    let mut lists = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some((words, maximum)) = parameter(item, "limit").or(parameter(item, "pageSize")) else { continue };
        lists += 1;
        let of = |table: &[(&str, Limit)]| table.iter().find(|(listed, _)| listed == path).map(|(_, limit)| *limit);
        let Limit { default, max } = of(&LISTS).or(of(&LOWERING)).expect(path);
        assert!(words.contains(&format!("{default} by default")), "{path}: {words}");
        match of(&LOWERING) {
            None => assert_eq!(maximum, Some(max as u64), "{path}"),
            Some(_) => assert!(words.contains(&format!("more than {max}")), "{path}: {words}"),
        }
    }
    assert_eq!(lists, LISTS.len() + LOWERING.len());
    let (_, wait) = parameter(&document["paths"][paths::LOG], "wait").expect("a wait");
    assert_eq!(wait, Some(federated::MAX_LOG_WAIT.into()));
    let (words, seconds) = parameter(&document["paths"][paths::STREAM], "seconds").expect("seconds");
    assert_eq!(seconds, Some(feeds::MAX_STREAM_SECONDS.into()));
    assert!(words.contains(&format!("{} by default", feeds::DEFAULT_STREAM_SECONDS)), "{words}");
}

#[tokio::test]
async fn the_description_of_an_event_lists_every_action() {
    let document = document().await;
    let words = document["components"]["schemas"]["Event"]["properties"]["action"]["description"].to_string();
    let listed: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, events::ACTIONS);
}
