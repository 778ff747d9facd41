//! Identities that must not be believed, and jobs that must not publish.

use super::issuer::{FIRST, SHA, STRANGE, forgejo, github, gitlab};
use super::{GITHUB, NOW, exchange, exchange_from, trusting, with};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

/// A token with these claims and a header with one member changed.
fn headed(name: &str, value: Value) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "first"});
    FIRST.sign(&with(header, name, value).to_string(), &github(NOW).to_string())
}

/// A token that is signed with the public key as the secret of HS256.
fn confused() -> String {
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": "first"}).to_string();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(github(NOW).to_string()));
    let public = FIRST.public()["n"].as_str().map(|n| URL_SAFE_NO_PAD.decode(n).expect("bytes")).expect("n");
    let mac = Hmac::<Sha256>::new_from_slice(&public).expect("a key").chain_update(&signed);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A token whose text was changed after it was signed.
fn changed(part: usize, change: impl Fn(&str) -> String) -> String {
    let token = FIRST.token(&github(NOW));
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[part] = change(&parts[part]);
    parts.join(".")
}

fn claiming(name: &str, value: Value) -> String {
    FIRST.token(&with(github(NOW), name, value))
}

/// A name, an identity, and the text that its refusal must contain.
type Case = (&'static str, String, &'static str);

async fn all_refused(cases: Vec<Case>) {
    // Each from its own address, since a single one would be rate-limited.
    let hub = trusting().await;
    for (n, (what, identity, why)) in cases.into_iter().enumerate() {
        let (status, problem) = exchange_from(&hub, &format!("192.0.2.{n}:1"), &identity, "a").await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNAUTHORIZED, &json!("identity-not-valid")),
            "{what}: {problem}"
        );
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains(why) && !detail.contains("hub.example.org"), "{what}: {detail}");
    }
    assert_eq!(hub.number("SELECT count(*) FROM exchanged_tokens"), 0);
}

#[tokio::test]
async fn what_is_not_signed_by_the_issuer_is_not_valid() {
    let good = github(NOW).to_string();
    let own = URL_SAFE_NO_PAD.encode(good.replace("coulomb/a", "mallory/a"));
    let strange = |members: Value| {
        let mut header = json!({"typ": "JWT", "alg": "RS256", "kid": "first"});
        header.as_object_mut().expect("a header").extend(members.as_object().expect("members").clone());
        STRANGE.sign(&header.to_string(), &good)
    };
    let twice = |name: &str| good.replacen('{', &format!("{{\"{name}\":\"coulomb/b\","), 1);
    let cases = vec![
        ("nothing", String::new(), "JSON Web Token"),
        ("a token of the hub", format!("rs_{}", "0".repeat(72)), "JSON Web Token"),
        ("five parts, as an encrypted one", "a.b.c.d.e".to_owned(), "JSON Web Token"),
        ("too long", changed(2, |part| part.repeat(60)), "16 KiB"),
        ("padded base64", changed(2, |part| format!("{part}==")), "JSON Web Token"),
        ("no signature", changed(2, |_| String::new()), "signature"),
        ("alg none", headed("alg", json!("none")), "`alg`"),
        (
            "alg none without signature",
            format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"first"}"#), URL_SAFE_NO_PAD.encode(&good)),
            "`alg`",
        ),
        ("alg None", headed("alg", json!("None")), "`alg`"),
        ("alg HS256 with the public key", confused(), "`alg`"),
        ("alg RS512", headed("alg", json!("RS512")), "`alg`"),
        ("alg ES256 with an RSA key", headed("alg", json!("ES256")), "signature"),
        ("alg missing", headed("alg", Value::Null), "`alg`"),
        ("kid missing", headed("kid", Value::Null), "`kid`"),
        ("kid unknown", headed("kid", json!("third")), "signature"),
        ("kid of a path", headed("kid", json!("../../first")), "signature"),
        ("crit", headed("crit", json!(["exp"])), "`crit`"),
        ("another key", strange(json!({})), "signature"),
        ("its own key", strange(json!({"jwk": STRANGE.public()})), "signature"),
        ("the address of a key", strange(json!({"jku": "https://mallory.example.org/keys"})), "signature"),
        ("the address of a certificate", strange(json!({"x5u": "https://mallory.example.org/cert"})), "signature"),
        ("changed claims", changed(1, |_| own.clone()), "signature"),
        ("changed signature", changed(2, |part| format!("AAAA{}", &part[4..])), "signature"),
        ("a header twice", FIRST.sign(r#"{"alg":"RS256","kid":"first","alg":"RS256"}"#, &good), "JSON Web Token"),
        ("a claim twice", FIRST.sign(r#"{"alg":"RS256","kid":"first"}"#, &twice("repository")), "JSON Web Token"),
        (
            "a claim twice, escaped",
            FIRST.sign(r#"{"alg":"RS256","kid":"first"}"#, &twice("repositor\\u0079")),
            "JSON Web Token",
        ),
        ("claims of a list", FIRST.sign(r#"{"alg":"RS256","kid":"first"}"#, "[]"), "JSON Web Token"),
    ];
    all_refused(cases).await;
}

#[tokio::test]
async fn what_is_not_for_this_hub_and_now_is_not_valid() {
    let cases = vec![
        ("another issuer", claiming("iss", json!("https://mallory.example.org")), "`iss`"),
        ("the issuer with a slash", claiming("iss", json!(format!("{GITHUB}/"))), "`iss`"),
        ("the issuer in upper case", claiming("iss", json!(GITHUB.to_uppercase())), "`iss`"),
        ("an issuer of an enterprise", claiming("iss", json!(format!("{GITHUB}/octo"))), "`iss`"),
        ("no issuer", claiming("iss", Value::Null), "`iss`"),
        ("another audience", claiming("aud", json!("https://github.com/coulomb")), "`aud`"),
        ("the audience with a slash", claiming("aud", json!("https://hub.example.org/")), "`aud`"),
        ("other audiences", claiming("aud", json!(["sts.amazonaws.com", 7])), "`aud`"),
        ("no audience", claiming("aud", Value::Null), "`aud`"),
        ("expired", claiming("exp", json!(NOW - 60)), "`exp`"),
        ("no expiry", claiming("exp", Value::Null), "`exp`"),
        ("an expiry as text", claiming("exp", json!("1800000600")), "`exp`"),
        ("an expiry in a year", claiming("exp", json!(NOW + 31_536_000)), "`exp`"),
        ("an expiry beyond all numbers", claiming("exp", json!(1e300)), "`exp`"),
        ("not valid yet", claiming("nbf", json!(NOW + 61)), "`nbf`"),
        ("not before a text", claiming("nbf", json!("now")), "`nbf`"),
        ("issued in the future", claiming("iat", json!(NOW + 61)), "`iat`"),
    ];
    all_refused(cases).await;
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute_and_audiences_may_be_several() {
    let hub = trusting().await;
    for (n, (name, value)) in [
        ("exp", json!(NOW - 59)),
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("exp", json!(NOW + 24 * 60 * 60)),
        ("aud", json!(["sts.amazonaws.com", "https://hub.example.org"])),
        ("nbf", Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let claims = with(with(github(NOW), name, value), "jti", json!(n.to_string()));
        let (status, given) = exchange(&hub, &FIRST.token(&claims), "a").await;
        assert_eq!(status, StatusCode::CREATED, "{name}: {given}");
    }
}

#[tokio::test]
async fn jobs_of_requests_forks_and_other_refs_do_not_publish() {
    let hub = trusting().await;
    let not_theirs = "No rule of this hub";
    let cases: Vec<(Value, &str, Value, &str)> = vec![
        (github(NOW), "event_name", json!("pull_request"), "`event_name`"),
        (github(NOW), "event_name", json!("pull_request_target"), "`event_name`"),
        (github(NOW), "event_name", json!("pull_request_review_comment"), "`event_name`"),
        (github(NOW), "event_name", Value::Null, "`event_name`"),
        (github(NOW), "head_ref", json!("patch-1"), "`head_ref`"),
        (github(NOW), "base_ref", json!("main"), "`base_ref`"),
        (github(NOW), "ref", json!("refs/pull/7/merge"), "`ref`"),
        (github(NOW), "ref", json!("refs/heads/other"), "`ref`"),
        (github(NOW), "ref", json!("refs/tags/main"), "`ref`"),
        (github(NOW), "ref", json!("refs/heads/main "), "`ref`"),
        (github(NOW), "ref", json!(["refs/heads/main"]), "`ref`"),
        (github(NOW), "sha", json!("main"), "`sha`"),
        (github(NOW), "sha", Value::Null, "`sha`"),
        (github(NOW), "repository", json!("mallory/a"), not_theirs),
        (github(NOW), "repository", json!("Coulomb/a"), not_theirs),
        // A name that was given up and then taken by someone else.
        (github(NOW), "repository_id", json!("75"), not_theirs),
        (github(NOW), "repository_id", Value::Null, not_theirs),
        (gitlab(NOW), "pipeline_source", json!("merge_request_event"), "`pipeline_source`"),
        (gitlab(NOW), "pipeline_source", json!("external_pull_request_event"), "`pipeline_source`"),
        (gitlab(NOW), "pipeline_source", Value::Null, "`pipeline_source`"),
        (gitlab(NOW), "ref_type", json!("tag"), "`ref_type`"),
        (gitlab(NOW), "ref_path", json!("refs/merge-requests/3/head"), "`ref_path`"),
        (gitlab(NOW), "job_project_id", json!("21"), "`project_id`"),
        (gitlab(NOW), "project_id", json!("21"), not_theirs),
        (forgejo(NOW), "event_name", json!("pull_request_comment"), "`event_name`"),
        (forgejo(NOW), "repository_id", json!("141"), not_theirs),
    ];
    for (n, (claims, name, value, why)) in cases.into_iter().enumerate() {
        let claims = with(claims, name, value.clone());
        let (status, problem) = exchange_from(&hub, &format!("192.0.2.{n}:1"), &FIRST.token(&claims), "a").await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::FORBIDDEN, &json!("identity-not-allowed")),
            "{name} {value}"
        );
        assert!(detail.contains(why), "{name} {value}: {detail}");
        // The refusal does not reveal the operator's settings.
        assert!(["74", "refs/heads", "140"].iter().all(|configured| !detail.contains(configured)), "{detail}");
    }
    let (status, problem) = exchange(&hub, &FIRST.token(&github(NOW)), "other").await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("identity-not-allowed")), "another repo");
}

#[tokio::test]
async fn an_issuer_vouches_for_its_own_jobs_only() {
    let hub = trusting().await;
    // A repository whose owner gave it the name of one on another forge.
    let claims = with(with(forgejo(NOW), "repository_id", json!("74")), "repository", json!("coulomb/a"));
    assert_eq!(exchange(&hub, &FIRST.token(&claims), "a").await.0, StatusCode::FORBIDDEN);
    let (status, _) = exchange(&hub, &FIRST.token(&with(github(NOW), "project_id", json!("20"))), "a").await;
    assert_eq!(status, StatusCode::CREATED, "claims that no rule has do not matter");
}

#[tokio::test]
async fn whoever_tries_often_is_stopped_and_nobody_else() {
    let hub = trusting().await;
    for _ in 0..30 {
        assert_eq!(exchange(&hub, "no token", "a").await.0, StatusCode::UNAUTHORIZED);
    }
    let statements = hub.statements().len();
    let (status, problem) = exchange(&hub, "no token", "a").await;
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too-many-exchanges")));
    assert!(statements > 0 && hub.statements().iter().all(|sql| !sql.contains("INSERT")), "it writes nothing");
    assert_eq!(exchange_from(&hub, "198.51.100.7:1", "no token", "a").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        exchange(&hub, &FIRST.token(&github(NOW)), "a").await.0,
        StatusCode::CREATED,
        "a valid one is not delayed"
    );
}

#[tokio::test]
async fn the_body_is_checked() {
    let hub = trusting().await;
    for body in [
        json!({}),
        json!({"identity": "x"}),
        json!({"identity": 7, "repo": "a"}),
        json!({"identity": "x", "repo": "a", "commit": SHA}),
    ] {
        let (status, problem) = hub.ask(http::Method::POST, "/v1/tokens/exchange", body).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("invalid-argument")));
    }
}
