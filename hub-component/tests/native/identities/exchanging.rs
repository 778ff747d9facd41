//! The token that a job gets for its identity.

use super::issuer::{FIRST, SHA, forgejo, github, gitlab};
use super::{NOW, URL, exchange, token, trusting, with};
use crate::ports::Hub;
use federation::identity::Issuers;
use http::{Method, StatusCode};
use hub_component::hub::Setting;
use serde_json::{Value, json};

#[tokio::test]
async fn a_job_gets_a_token_of_minutes_for_its_repo_alone() {
    let hub = trusting().await;
    for (claims, name) in [
        (github(NOW), "ci:github:coulomb/a@refs/heads/main"),
        (gitlab(NOW), "ci:gitlab.com:coulomb/a@refs/heads/main"),
        (forgejo(NOW), "ci:codeberg.org:coulomb/a@refs/heads/main"),
    ] {
        let (status, given) = exchange(&hub, &FIRST.token(&claims), "a").await;
        assert_eq!((status, &given["name"]), (StatusCode::CREATED, &json!(name)), "{given}");
        assert_eq!(
            (&given["scopes"], &given["expires_at"]),
            (&json!(["repos:write:a"]), &json!("2027-01-15T08:15:00Z"))
        );
        let provenance = json!({"repository": "coulomb/a", "ref": "refs/heads/main", "commit": SHA, "verified": true});
        assert_eq!(given["provenance"], provenance);
        let secret = given["token"].as_str().expect("a secret");
        let (status, own) = hub.ask_as(secret, Method::GET, "/v1/tokens/self", &Value::Null).await;
        assert_eq!((status, &own["name"], &own["scopes"]), (StatusCode::OK, &json!(name), &json!(["repos:write:a"])));
        for (method, path, body, expected) in [
            (Method::POST, "/v1/repos/a/refresh", Value::Null, 200),
            (Method::POST, "/v1/repos/b/refresh", Value::Null, 403),
            // Changes that would outlive the job.
            (Method::PATCH, "/v1/repos/a", json!({"url": "https://evil.example.org/index.yaml"}), 403),
            (Method::DELETE, "/v1/repos/a", Value::Null, 403),
            (Method::POST, "/v1/repos/a/hook", Value::Null, 403),
            (Method::DELETE, "/v1/repos/a/hook", Value::Null, 403),
            (Method::POST, "/v1/federated/compose", Value::Null, 403),
            (Method::POST, "/v1/tokens", json!({"name": "x", "scopes": ["admin"]}), 403),
        ] {
            assert_eq!(hub.ask_as(secret, method, path, &body).await.0, expected, "{path}");
        }
    }
    // Only the operator's tokens are named tokens.
    assert_eq!(hub.get("/v1/tokens").await["total"], 0);
}

#[tokio::test]
async fn it_ends_after_fifteen_minutes_and_leaves_nothing() {
    let hub = trusting().await;
    let secret = token(&hub, &github(NOW)).await;
    hub.pass(899);
    assert_eq!(hub.ask_as(&secret, Method::GET, "/v1/tokens/self", &Value::Null).await.0, StatusCode::OK);
    hub.pass(1);
    let (status, problem) = hub.ask_as(&secret, Method::GET, "/v1/tokens/self", &Value::Null).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("token-expired")));
    assert!(!String::from_utf8_lossy(&hub.database_files()).contains(&secret));
    hub.pass(100);
    token(&hub, &github(NOW + 1000)).await;
    assert_eq!(hub.number("SELECT count(*) FROM exchanged_tokens"), 1, "the first is gone");
}

#[tokio::test]
async fn an_identity_is_exchanged_once_whoever_has_seen_it() {
    let hub = trusting().await;
    for claims in [github(NOW), gitlab(NOW), forgejo(NOW)] {
        let identity = FIRST.token(&claims);
        assert_eq!(exchange(&hub, &identity, "a").await.0, StatusCode::CREATED);
        for late in [0, 20 * 60, 30 * 60] {
            hub.pass(late);
            let (status, problem) = exchange(&hub, &identity, "a").await;
            let expected = if claims["exp"].as_i64() < Some(NOW + 1000) && late > 0 {
                (StatusCode::UNAUTHORIZED, json!("identity-not-valid"))
            } else {
                (StatusCode::CONFLICT, json!("identity-repeated"))
            };
            assert_eq!((status, problem["code"].clone()), expected, "{late} {claims}");
        }
        hub.pass(-50 * 60);
    }
}

#[tokio::test]
async fn one_repo_has_a_bounded_number_of_them() {
    let hub = trusting().await;
    for n in 0..500 {
        hub.change(&format!(
            "INSERT INTO exchanged_tokens VALUES ('{n}', 'used {n}', 'a', 'ci:x', '{{}}', {NOW}, {NOW} + 900, {NOW} + 900)"
        ));
    }
    let (status, problem) = exchange(&hub, &FIRST.token(&github(NOW)), "a").await;
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too-many-exchanges")));
    hub.pass(901);
    assert_eq!(exchange(&hub, &FIRST.token(&github(NOW + 901)), "a").await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn the_first_write_to_a_hub_without_tokens_may_come_from_ci() {
    let hub = trusting().await;
    hub.configure_token(None);
    let request = http::Request::post("/v1/repos/a/refresh").body("".into()).expect("a request");
    assert_eq!(hub.send(request).await.status(), StatusCode::UNAUTHORIZED, "writes are not disabled");
    let secret = token(&hub, &github(NOW)).await;
    let (status, refreshed) = hub.ask_as(&secret, Method::POST, "/v1/repos/a/refresh", &json!({"commit": SHA})).await;
    assert_eq!(status, StatusCode::OK, "{refreshed}");
}

#[tokio::test]
async fn without_issuers_or_with_a_mistake_in_them_nobody_is_let_in() {
    let hub = Hub::new();
    let (status, problem) = exchange(&hub, &FIRST.token(&github(NOW)), "a").await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("exchange-disabled")));
    let issuers = hub_component::hub::issuers("- {issuer: https://gitlab.com, audience: a, rules: [], more: 1}");
    let broken = hub.at(Setting { issuers, ..Setting::default() });
    assert_eq!(exchange(&broken, &FIRST.token(&github(NOW)), "a").await.1["code"], "exchange-disabled");
}

#[test]
fn mistakes_of_the_operator_are_named() {
    let issuer = |members: &str| {
        format!("- {{issuer: https://e.org, audience: a, rules: [{{repo: a, claims: {{{members}}}}}]}}")
    };
    let good = "repository: o/r, ref: refs/heads/main";
    assert!(Issuers::parse(&issuer(good)).is_ok() && Issuers::parse(" \n").is_ok_and(|none| none.is_empty()));
    for (text, why) in [
        (issuer(good).replace("https://e.org", "http://e.org"), "https"),
        (issuer(good).replace("https://e.org", "https://e.org?x=1"), "query"),
        (issuer(good).replace("audience: a", "audience: ''"), "audience"),
        (issuer(good).replace("audience: a", "audience: a, jwks_url: http://e.org/k"), "jwks_url"),
        (issuer(good).replace("audience: a", "audience: a, secret: x"), "secret"),
        (issuer(good).replace("repo: a", "repo: '*'"), "repo"),
        (issuer("repository: o/r"), "which branch"),
        (issuer("ref: refs/heads/main"), "whose jobs"),
        (issuer("repository: o/r, ref: main"), "which branch"),
        (issuer("project_path: o/r, ref: refs/heads/main"), "which branch"),
        (issuer("repository: o/r, ref: refs/heads/main, aud: b"), "itself"),
        (issuer("repository: [o/r], ref: refs/heads/main"), "not text"),
        (format!("{}\n{}", issuer(good), issuer(good).replace("e.org", "e.org/")), "twice"),
        (format!("{}{}", issuer(good), " ".repeat(256 * 1024)), "bytes"),
        ("[".to_owned(), ""),
    ] {
        let found = Issuers::parse(&text).expect_err(&text);
        assert!(found.contains(why), "{text}: {found}");
    }
    let of_names = Issuers::parse(&issuer(good)).expect("issuers");
    assert_eq!(of_names.by_name_only().collect::<Vec<_>>(), ["a"]);
    let of_ids = Issuers::parse(&issuer("repository_id: 7, ref: refs/heads/main")).expect("issuers");
    assert_eq!(of_ids.by_name_only().count(), 0);
}

#[tokio::test]
async fn what_is_registered_does_not_show() {
    let hub = trusting().await;
    let mut answers = Vec::new();
    // A stranger with a job of its own; for `a` there is a rule and a registration, for `other` a rule, for `nothing` neither.
    for (n, repo) in ["a", "other", "nothing"].into_iter().enumerate() {
        let strangers =
            with(with(github(NOW + n as i64), "repository", json!("mallory/a")), "repository_id", json!("75"));
        let (status, mut problem) = exchange(&hub, &FIRST.token(&strangers), repo).await;
        problem.as_object_mut().expect("a problem").remove("request_id");
        answers.push((status, problem));
    }
    assert_eq!(answers[0].0, StatusCode::FORBIDDEN);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(!answers[0].1.to_string().contains(URL));
}
