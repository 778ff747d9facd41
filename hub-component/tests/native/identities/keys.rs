//! The keys of issuers: when they are fetched, and which ones are used meanwhile.

use super::issuer::{FIRST, SECOND, elliptic, github, jwks};
use super::{GITHUB, GITHUB_KEYS, NOW, exchange, exchange_from, trusting};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// The identity of a job at a time, signed with the key that is named.
fn identity(now: i64, second: bool) -> String {
    if second { SECOND.token(&github(now)) } else { FIRST.token(&github(now)) }
}

#[tokio::test]
async fn keys_are_fetched_when_they_are_needed_and_kept() {
    let hub = trusting().await;
    let before = hub.sources().asked();
    for n in 0..5 {
        assert_eq!(exchange(&hub, &identity(NOW + n, false), "a").await.0, StatusCode::CREATED);
    }
    assert_eq!(hub.sources().asked() - before, 2, "the discovery document and the keys, once");
    hub.pass(601);
    assert_eq!(exchange(&hub, &identity(NOW + 601, false), "a").await.0, StatusCode::CREATED);
    assert_eq!(hub.sources().asked() - before, 4, "after ten minutes again");
}

#[tokio::test]
async fn a_new_key_is_fetched_at_once_and_a_withdrawn_one_counts_no_more() {
    let hub = trusting().await;
    assert_eq!(exchange(&hub, &identity(NOW, false), "a").await.0, StatusCode::CREATED);
    hub.sources().set(GITHUB_KEYS, jwks(&[&SECOND]));
    hub.pass(61);
    assert_eq!(exchange(&hub, &identity(NOW + 61, true), "a").await.0, StatusCode::CREATED);
    let (status, problem) = exchange(&hub, &identity(NOW + 62, false), "a").await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("identity-not-valid")));
}

#[tokio::test]
async fn unknown_keys_cause_one_fetch_a_minute_whoever_sends_them() {
    let hub = trusting().await;
    assert_eq!(exchange(&hub, &identity(NOW, false), "a").await.0, StatusCode::CREATED);
    hub.pass(61);
    let before = hub.sources().asked();
    for n in 0..20 {
        let header = json!({"alg": "RS256", "kid": format!("unknown {n}")}).to_string();
        let (status, _) =
            exchange_from(&hub, &format!("192.0.2.{n}:1"), &FIRST.sign(&header, &github(NOW).to_string()), "a").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(hub.sources().asked() - before, 2);
}

#[tokio::test]
async fn known_keys_serve_while_the_issuer_is_down_but_not_for_ever() {
    let hub = trusting().await;
    let host = GITHUB.trim_start_matches("https://");
    hub.sources().answer(host, 503, &[]);
    let (status, problem) = exchange(&hub, &identity(NOW, false), "a").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("issuer-unavailable")));
    let asked = hub.sources().asked();
    let (status, _) = tokio::time::timeout(Duration::from_secs(5), exchange(&hub, &identity(NOW + 1, false), "a"))
        .await
        .expect("nobody waits for an issuer that is down");
    assert_eq!((status, hub.sources().asked()), (StatusCode::SERVICE_UNAVAILABLE, asked));
    hub.sources().recover();
    hub.pass(61);
    assert_eq!(exchange(&hub, &identity(NOW + 61, false), "a").await.0, StatusCode::CREATED);
    hub.sources().answer(host, 503, &[]);
    hub.pass(5 * 60 * 60);
    let five_hours = NOW + 61 + 5 * 60 * 60;
    assert_eq!(exchange(&hub, &identity(five_hours, false), "a").await.0, StatusCode::CREATED);
    hub.pass(60 * 60);
    let (status, _) = exchange(&hub, &identity(five_hours + 60 * 60, false), "a").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn what_an_issuer_answers_is_bounded_and_its_own() {
    let discovery = format!("{GITHUB}/.well-known/openid-configuration");
    let of = |issuer: &str, keys: &str| json!({"issuer": issuer, "jwks_uri": keys}).to_string();
    let mut small = FIRST.public();
    small["n"] = json!("AQAB");
    let many: Vec<Value> = (0..2000).map(|_| FIRST.public()).collect();
    for (url, text, why) in [
        (discovery.as_str(), of("https://gitlab.com", GITHUB_KEYS), "another issuer"),
        (&discovery, of(&format!("{GITHUB}/"), GITHUB_KEYS), "a trailing slash"),
        (&discovery, of(GITHUB, "http://token.actions.githubusercontent.com/keys"), "keys in the clear"),
        (&discovery, of(GITHUB, "http://169.254.169.254/keys"), "keys of a private address in the clear"),
        (&discovery, of(GITHUB, "file:///etc/passwd"), "keys in a file"),
        (&discovery, "{".to_owned(), "no JSON"),
        (GITHUB_KEYS, json!({"keys": []}).to_string(), "no keys"),
        (GITHUB_KEYS, json!({"keys": many}).to_string(), "more than 64 KiB"),
        (GITHUB_KEYS, jwks(&[&FIRST]).replace("\"sig\"", "\"enc\""), "keys for something else"),
        (GITHUB_KEYS, format!("{{\"keys\":[],{}", &jwks(&[&FIRST])[1..]), "a member twice"),
    ] {
        let hub = trusting().await;
        hub.sources().set(url, text);
        let (status, problem) = exchange(&hub, &identity(NOW, false), "a").await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!("issuer-unavailable")),
            "{why}"
        );
    }
    let hub = trusting().await;
    hub.sources().set(GITHUB_KEYS, json!({"keys": [small]}).to_string());
    assert_eq!(exchange(&hub, &identity(NOW, false), "a").await.0, StatusCode::UNAUTHORIZED, "a key that is too small");
}

#[tokio::test]
async fn a_key_among_many_is_found() {
    let hub = trusting().await;
    let mut keys: Vec<Value> = (0..50)
        .map(|n| json!({"kty": "EC", "kid": format!("other {n}"), "crv": "P-256", "x": "AA", "y": "AA"}))
        .collect();
    keys.push(json!({"kty": "oct", "kid": "first", "k": "AAAA"}));
    keys.push(FIRST.public());
    keys.push(SECOND.public());
    hub.sources().set(GITHUB_KEYS, json!({"keys": keys}).to_string());
    assert_eq!(exchange(&hub, &identity(NOW, true), "a").await.0, StatusCode::CREATED);
    assert_eq!(exchange(&hub, &identity(NOW + 1, false), "a").await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn keys_on_an_elliptic_curve_are_good_too_and_kinds_are_not_mixed() {
    let hub = trusting().await;
    let (public, token) = elliptic("curve", &github(NOW));
    hub.sources().set(GITHUB_KEYS, json!({"keys": [FIRST.public(), public]}).to_string());
    let (body, signature) = token.rsplit_once('.').expect("a signature");
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("bytes");
    let der = [&[0x30, 68, 2, 32][..], &bytes[..32], &[2, 32], &bytes[32..]].concat();
    for (what, forged) in [
        ("no numbers", vec![0; 64]),
        ("cut", bytes[..63].to_vec()),
        ("as DER", der),
        ("the halves swapped", [&bytes[32..], &bytes[..32]].concat()),
    ] {
        let (status, _) = exchange(&hub, &format!("{body}.{}", URL_SAFE_NO_PAD.encode(forged)), "a").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
    }
    let (_, of_another_kind) = elliptic("first", &github(NOW));
    assert_eq!(exchange(&hub, &of_another_kind, "a").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(exchange(&hub, &token, "a").await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn jobs_that_come_at_once_share_one_fetch() {
    let hub = trusting().await;
    let before = hub.sources().asked();
    let identities: Vec<String> = (0..8).map(|n| identity(NOW + n, false)).collect();
    let all = futures::future::join_all(identities.iter().map(|identity| exchange(&hub, identity, "a"))).await;
    assert!(all.iter().all(|(status, _)| *status == StatusCode::CREATED), "{all:?}");
    assert_eq!(hub.sources().asked() - before, 2);
    let same = identity(NOW + 20, false);
    let all = futures::future::join_all((0..8).map(|_| exchange(&hub, &same, "a"))).await;
    assert_eq!(all.iter().filter(|(status, _)| *status == StatusCode::CREATED).count(), 1, "{all:?}");
}
