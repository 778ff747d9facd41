//! URLs as long as they may be.

use crate::hooks::{deliver, hooked, index, push, signature};
use federation::limits::MAX_URL_CHARS;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// A URL of 2,048 characters, most of which have three bytes and no pattern that could be compressed.
pub fn longest_url() -> String {
    let start = "https://codeberg.org/coulomb/long/raw/";
    let characters =
        std::iter::successors(Some(1_u32), |n| Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)));
    let characters = characters.filter_map(|n| char::from_u32(0x4e00 + (n >> 16) % 0x5000));
    start.chars().chain(characters).take(MAX_URL_CHARS).collect()
}

#[tokio::test]
async fn the_length_of_a_url_is_no_obstacle() {
    let (hub, _) = hooked().await;
    let long = json!({"repo": "long", "url": longest_url(), "domain": "d"});
    let (status, answer) = hub.ask(Method::POST, "/v1/repos", long).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    // Two repositories whose addresses begin with the same 600 characters.
    let page = |repo: &str| format!("https://codeberg.org/{}\u{c4}/{repo}", "x".repeat(600));
    let mut secrets = Vec::new();
    for repo in ["m", "n"] {
        let url = format!("{}/raw/branch/main/index.yaml", page(repo));
        let fetched = url.replace('\u{c4}', "%C3%84");
        hub.sources().set(&fetched, index("Far"));
        let body = json!({"repo": repo, "url": url, "domain": "d"});
        let (status, answer) = hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let hook = hub.ask(Method::POST, &format!("/v1/repos/{repo}/hook"), Value::Null).await.1;
        secrets.push(hook["secret"].as_str().expect("a secret").to_owned());
    }
    let mut body = push("index.yaml", "ab34");
    body["repository"]["html_url"] = page("n").into();
    let body = body.to_string();
    let signed = signature(&secrets[1], &body);
    let headers =
        [("x-forgejo-event", "push"), ("x-forgejo-signature", signed.as_str()), ("content-type", "application/json")];
    assert_eq!(deliver(&hub, "forgejo", &headers, &body).await.1["refreshed"], json!(["n"]));
}
