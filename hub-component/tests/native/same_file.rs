//! One index that is registered twice, with two spellings of its address.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use throw_away_postgres::is_on_postgres;

const URL: &str = "https://raw.githubusercontent.com/coulomb/state-hub/main/index.yaml";
const SPELLED: &str = "https://GitHub.com./Coulomb/state-hub/raw/refs/heads/main/index.yaml";

fn registration(repo: &str, url: &str) -> Value {
    json!({"repo": repo, "url": url, "domain": "d"})
}

/// The codes of the warnings of a response, and the message of the first.
fn warned(answer: &Value) -> (Vec<&str>, &str) {
    let warnings = answer["warnings"].as_array().map_or(&[][..], Vec::as_slice);
    let codes = warnings.iter().map(|warning| warning["code"].as_str().expect("a code"));
    (codes.collect(), warnings.first().map_or("", |warning| warning["message"].as_str().expect("a message")))
}

#[tokio::test]
async fn an_index_of_another_repo_is_warned_of_when_it_is_registered() {
    let hub = Hub::new();
    hub.sources().set(URL, format!("repo: elsewhere\n{}", index("a", 1, 0)));
    for (asked, expected) in [("dry_run", StatusCode::OK), ("require_valid", StatusCode::CREATED)] {
        let path = format!("/v1/repos?{asked}=true");
        let (status, answer) = hub.ask(Method::POST, &path, registration("state-hub", URL)).await;
        assert_eq!((status, warned(&answer).0), (expected, vec!["other-repo"]), "{answer}");
    }
}

#[tokio::test]
async fn a_second_registration_of_one_index_is_warned_of_and_made() {
    let hub = Hub::new();
    hub.sources().set(URL, index("a", 1, 0));
    let (status, first) = hub.ask(Method::POST, "/v1/repos", registration("state-hub", URL)).await;
    assert_eq!((status, warned(&first).0.len()), (StatusCode::CREATED, 0), "{first}");
    let (status, dry) = hub.ask(Method::POST, "/v1/repos?dry_run=true", registration("other", SPELLED)).await;
    assert_eq!((status, warned(&dry).0), (StatusCode::OK, vec!["url-registered"]), "{dry}");
    let (status, second) = hub.ask(Method::POST, "/v1/repos", registration("other", SPELLED)).await;
    let (codes, message) = warned(&second);
    assert_eq!((status, codes), (StatusCode::CREATED, vec!["url-registered"]), "{second}");
    assert!(message.contains("`state-hub`"), "{message}");
    // Both show the warning until one of them has another address.
    assert_eq!(warned(&hub.get("/v1/repos/state-hub").await).0, ["url-registered"]);
    let moved = json!({"url": "https://example.org/other.yaml"});
    let (_, third) = hub.ask(Method::PATCH, "/v1/repos/other", moved).await;
    assert_eq!(warned(&third).0.len(), 0, "{third}");
    assert_eq!(warned(&hub.get("/v1/repos/state-hub").await).0.len(), 0);
    let (_, back) = hub.ask(Method::PATCH, "/v1/repos/other", json!({"url": SPELLED})).await;
    assert_eq!(warned(&back).0, ["url-registered"], "{back}");
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/other", Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(warned(&hub.get("/v1/repos/state-hub").await).0.len(), 0);
}

#[tokio::test]
async fn of_many_with_one_index_ten_are_named_and_none_is_looked_for() {
    let hub = Hub::new();
    for n in 10..30 {
        let body = json!({"repo": format!("r{n}"), "url": SPELLED, "domain": "d", "enabled": false});
        assert_eq!(hub.ask(Method::POST, "/v1/repos", body).await.0, StatusCode::CREATED);
    }
    let answer = hub.get("/v1/repos/r10").await;
    let named = warned(&answer).1.matches("`r").count();
    assert_eq!(named, 10, "{answer}");
    let index = match is_on_postgres() {
        true => "pg_indexes WHERE indexname = 'registrations_of_file' AND schemaname = current_schema()",
        false => "pragma_index_info('registrations_of_file') WHERE name = 'file'",
    };
    assert_eq!(hub.number(&format!("SELECT count(*) FROM {index}")), 1);
}
