//! Webhooks as forges send them: which ones are accepted, what they cause, and what they cost.

use crate::ports::Hub;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

pub const URL: &str = "https://codeberg.org/coulomb/a/raw/branch/main/registry/index.yaml";

pub fn index(name: &str) -> String {
    format!("version: 1\ncapabilities:\n- {{id: capability.a, name: {name}}}\n")
}

/// A payload as Gitea and Forgejo document it, cut to what does not vary.
pub(crate) fn push(file: &str, after: &str) -> Value {
    json!({"ref": "refs/heads/main", "before": "28e1879d029cb852e4844d9c718537df08844e03", "after": after, "total_commits": 1,
        "commits": [{"id": after, "message": "x", "added": [], "removed": [], "modified": [file]}],
        "repository": {"id": 140, "full_name": "coulomb/a", "html_url": "https://codeberg.org/coulomb/a", "default_branch": "main"},
        "pusher": {"login": "a"}})
}

pub(crate) fn signature(secret: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.chain_update(body).finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) async fn deliver(hub: &Hub, forge: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, Value) {
    let mut request = http::Request::post(format!("/v1/hooks/{forge}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = hub.send(request.body(body.to_owned().into()).expect("a request")).await;
    hub.settle().await;
    (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
}

/// A hub with one registration, and the secret of its webhook.
pub async fn hooked() -> (Hub, String) {
    let hub = Hub::new();
    hub.sources().set(URL, index("Old"));
    let body = json!({"repo": "a", "url": URL, "domain": "d"});
    assert_eq!(hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await.0, 201);
    let (status, hook) = hub.ask(Method::POST, "/v1/repos/a/hook", Value::Null).await;
    assert_eq!(
        (status, &hook["urls"]["forgejo"]),
        (StatusCode::OK, &json!("https://hub.example.org/v1/hooks/forgejo"))
    );
    (hub, hook["secret"].as_str().expect("a secret").to_owned())
}

pub async fn name(hub: &Hub) -> Value {
    hub.get("/v1/capabilities/capability.a").await["entries"][0]["name"].clone()
}

pub const HOUR: i64 = 3600;

/// Reads the document, which triggers the fetches that are due, and returns how often the source was requested.
pub async fn asked_after(hub: &Hub, seconds: i64) -> usize {
    let before = hub.sources().asked();
    hub.pass(seconds);
    hub.get("/v1/federated?format=json").await;
    hub.settle().await;
    hub.sources().asked() - before
}

#[tokio::test]
async fn a_push_to_the_index_makes_it_fresh() {
    let (hub, secret) = hooked().await;
    hub.sources().set(URL, index("New"));
    let body = push("registry/index.yaml", "ab12").to_string();
    let signed = signature(&secret, &body);
    let headers =
        [("x-forgejo-event", "push"), ("x-forgejo-signature", signed.as_str()), ("content-type", "application/json")];
    let (status, received) = deliver(&hub, "forgejo", &headers, &body).await;
    assert_eq!((status, &received["refreshed"]), (StatusCode::ACCEPTED, &json!(["a"])), "{received}");
    assert_eq!(name(&hub).await, "New");
    // The same delivery again, as anyone who has seen it could send it.
    let asked = hub.sources().asked();
    let (status, problem) = deliver(&hub, "forgejo", &headers, &body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("hook-repeated")));
    assert_eq!(hub.sources().asked(), asked);
    // It may be the same commit once more, after another one: from then on the source is due by its time to live.
    hub.sources().set(URL, index("Newer"));
    assert_eq!(asked_after(&hub, 2 * HOUR).await, 1);
    assert_eq!(name(&hub).await, "Newer");
}

#[tokio::test]
async fn every_forge_is_understood_in_its_own_words() {
    let (hub, secret) = hooked().await;
    let payload = push("registry/index.yaml", "cd34").to_string();
    let form = format!("payload={}", url::form_urlencoded::byte_serialize(payload.as_bytes()).collect::<String>());
    // Gitea and Forgejo sign the payload, GitHub the body, also if the payload is a field of it.
    let of_json = signature(&secret, &payload);
    let as_form = [
        ("x-gitea-event", "push"),
        ("x-gitea-signature", of_json.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    assert_eq!(deliver(&hub, "gitea", &as_form, &form).await.1["refreshed"], json!(["a"]));
    assert_eq!(deliver(&hub, "gitea", &as_form[..2], &payload).await.0, StatusCode::CONFLICT);
    for (repo, url, forge, page) in [
        ("g", "https://raw.githubusercontent.com/coulomb/g/main/index.yaml", "github", "https://github.com/Coulomb/G"),
        ("l", "https://gitlab.com/coulomb/sub/l/-/raw/main/index.yaml", "gitlab", "https://gitlab.com/coulomb/sub/l"),
    ] {
        hub.sources().set(url, index("Other"));
        let body = json!({"repo": repo, "url": url, "domain": "d"});
        assert_eq!(hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await.0, 201);
        let secret = hub.ask(Method::POST, &format!("/v1/repos/{repo}/hook"), Value::Null).await.1["secret"].clone();
        let secret = secret.as_str().expect("a secret");
        let mut body = push("index.yaml", "ef56");
        body["repository"]["html_url"] = page.into();
        body["project"] = json!({"web_url": page});
        let payload = body.to_string();
        let body = match forge {
            "github" => {
                format!("payload={}", url::form_urlencoded::byte_serialize(payload.as_bytes()).collect::<String>())
            }
            _ => payload,
        };
        let signed = format!("sha256={}", signature(secret, &body));
        let of_form = ("content-type", "application/x-www-form-urlencoded");
        let headers = match forge {
            "github" => [("x-github-event", "push"), ("x-hub-signature-256", signed.as_str()), of_form],
            _ => [("x-gitlab-event", "Push Hook"), ("x-gitlab-token", secret), ("idempotency-key", "1")],
        };
        assert_eq!(deliver(&hub, forge, &headers, &body).await.1["refreshed"], json!([repo]), "{forge}");
        assert_eq!(deliver(&hub, forge, &headers, &body).await.0, StatusCode::CONFLICT, "{forge}");
        if forge == "gitlab" {
            let another = [headers[0], headers[1], ("idempotency-key", "2")];
            assert_eq!(deliver(&hub, forge, &another, &body).await.0, StatusCode::ACCEPTED, "the same push again");
        }
    }
}

#[tokio::test]
async fn a_forge_that_caches_files_is_asked_for_the_commit() {
    let raw = "https://raw.githubusercontent.com/coulomb/g";
    let (branch, page) = (format!("{raw}/main/index.yaml"), "https://github.com/coulomb/g");
    let hub = Hub::new();
    hub.sources().set(&branch, index("Old"));
    let body = json!({"repo": "g", "url": branch, "domain": "d"});
    assert_eq!(hub.ask(Method::POST, "/v1/repos?require_valid=true", body).await.0, 201);
    let secret = hub.ask(Method::POST, "/v1/repos/g/hook", Value::Null).await.1["secret"].clone();
    let deliver_push = async |commit: &str| {
        let mut body = push("index.yaml", commit);
        body["repository"]["html_url"] = page.into();
        body["delivered"] = hub.sources().asked().into();
        let body = body.to_string();
        let signed = format!("sha256={}", signature(secret.as_str().expect("a secret"), &body));
        let headers = [("x-github-event", "push"), ("x-hub-signature-256", signed.as_str())];
        assert_eq!(deliver(&hub, "github", &headers, &body).await.1["refreshed"], json!(["g"]));
    };
    let commit = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
    hub.sources().set(&format!("{raw}/{commit}/index.yaml"), index("New"));
    let asked = hub.sources().asked();
    deliver_push(commit).await;
    assert_eq!((hub.sources().asked() - asked, name(&hub).await), (1, json!("New")));
    let entries = hub.get("/v1/capabilities/capability.a").await;
    assert_eq!(entries["provenance"]["g"]["commit"], commit, "{entries}");
    // This commit was replaced before it could be fetched.
    hub.sources().set(&branch, index("Newer"));
    deliver_push("0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c").await;
    assert_eq!(name(&hub).await, "Newer");
    // An old delivery that arrives late brings its commit back, until the branch is fetched.
    hub.pass(2 * HOUR);
    deliver_push(commit).await;
    assert_eq!(name(&hub).await, "New");
    assert_eq!(asked_after(&hub, 11 * 60).await, 1);
    assert_eq!(name(&hub).await, "Newer");
}

#[tokio::test]
async fn whatever_is_not_a_push_to_an_index_costs_nothing() {
    let (hub, secret) = hooked().await;
    sign_and_deliver(&hub, &secret, "ping", &push("", "0")).await;
    let asked = hub.sources().asked();
    let mut branch = push("registry/index.yaml", "1");
    branch["ref"] = "refs/heads/dev".into();
    let other = push("README.md", "2");
    let ping = json!({"zen": "x", "repository": {"html_url": "https://codeberg.org/coulomb/a"}});
    for (event, body) in
        [("push", branch), ("push", other), ("ping", ping), ("issues", push("registry/index.yaml", "3"))]
    {
        let body = body.to_string();
        let signed = signature(&secret, &body);
        hub.statements();
        let (status, received) =
            deliver(&hub, "gitea", &[("x-gitea-event", event), ("x-gitea-signature", &signed)], &body).await;
        assert_eq!((status, &received), (StatusCode::ACCEPTED, &json!({"refreshed": []})), "{event}");
        let statements = hub.statements();
        assert!(
            statements.len() == 2 && !statements.iter().any(|sql| sql.starts_with("INSERT")),
            "{event}: {statements:?}"
        );
    }
    assert_eq!(hub.sources().asked(), asked);
}

pub async fn sign_and_deliver(hub: &Hub, secret: &str, event: &str, body: &Value) {
    let body = body.to_string();
    let signed = signature(secret, &body);
    let headers = [("x-gitea-event", event), ("x-gitea-signature", signed.as_str())];
    assert_eq!(deliver(hub, "gitea", &headers, &body).await.0, StatusCode::ACCEPTED, "{body}");
}

#[tokio::test]
async fn an_unknown_repository_is_answered_like_a_wrong_secret() {
    let (hub, secret) = hooked().await;
    let known = push("registry/index.yaml", "1").to_string();
    let unknown = known.replace("coulomb/a", "coulomb/z");
    let mut answers = Vec::new();
    for (body, secret) in [(&known, "wrong"), (&unknown, "wrong"), (&unknown, secret.as_str())] {
        let signed = signature(secret, body);
        let headers = [("x-gitea-event", "push"), ("x-gitea-signature", signed.as_str()), ("x-request-id", "same")];
        answers.push(deliver(&hub, "gitea", &headers, body).await);
    }
    answers.push(deliver(&hub, "gitea", &[("x-gitea-event", "push"), ("x-request-id", "same")], &known).await);
    answers.push(deliver(&hub, "gitea", &[("x-request-id", "same")], "{}").await);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!((answers[0].0, &answers[0].1["code"]), (StatusCode::FORBIDDEN, &json!("hook-not-verified")));
    for (forge, body, status) in [("svn", "{}", 404), ("gitea", "{", 400), ("gitea", &"x".repeat((1 << 20) + 1), 413)] {
        assert_eq!(deliver(&hub, forge, &[], body).await.0.as_u16(), status, "{forge}");
    }
}

#[tokio::test]
async fn a_secret_is_replaced_removed_and_goes_with_its_registration() {
    let (hub, old) = hooked().await;
    let status = async |secret: &str, after: &str| {
        let body = push("registry/index.yaml", after).to_string();
        let signed = signature(secret, &body);
        deliver(&hub, "gitea", &[("x-gitea-event", "push"), ("x-gitea-signature", &signed)], &body).await.0
    };
    let (_, hook) = hub.ask(Method::POST, "/v1/repos/a/hook", Value::Null).await;
    let new = hook["secret"].as_str().expect("a secret");
    assert_eq!((status(&old, "1").await, status(new, "2").await), (StatusCode::FORBIDDEN, StatusCode::ACCEPTED));
    assert_eq!(hub.ask(Method::DELETE, "/v1/repos/a/hook", Value::Null).await.0, 204);
    assert_eq!(status(new, "3").await, StatusCode::FORBIDDEN);
    assert_eq!(hub.ask(Method::POST, "/v1/repos/none/hook", Value::Null).await.0, 404);
    hub.ask(Method::POST, "/v1/repos/a/hook", Value::Null).await;
    hub.ask(Method::DELETE, "/v1/repos/a", Value::Null).await;
    for table in ["hooks", "hook_deliveries"] {
        assert_eq!(hub.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    let (status, _) = hub.ask_as("wrong", Method::POST, "/v1/repos/a/hook", &Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_remembered_of_deliveries_is_bounded() {
    let (hub, secret) = hooked().await;
    hub.change(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO hook_deliveries SELECT 'a', 'd' || i, 1800000000 + i FROM n",
    );
    let body = push("registry/index.yaml", "1").to_string();
    let signed = signature(&secret, &body);
    deliver(&hub, "gitea", &[("x-gitea-event", "push"), ("x-gitea-signature", &signed)], &body).await;
    assert_eq!(hub.number("SELECT count(*) FROM hook_deliveries"), 100);
    hub.pass(8 * 24 * 60 * 60);
    let body = push("registry/index.yaml", "2").to_string();
    let signed = signature(&secret, &body);
    deliver(&hub, "gitea", &[("x-gitea-event", "push"), ("x-gitea-signature", &signed)], &body).await;
    assert_eq!(hub.number("SELECT count(*) FROM hook_deliveries"), 1);
}
