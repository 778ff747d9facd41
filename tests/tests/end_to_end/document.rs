//! The federated document: its shape, its order, its bytes.

use anyhow::Result;
use end_to_end::{Hub, Sources, index};
use federation::compose::{SourceLine, digest};
use federation::schema::{Schema, violations};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn is_empty_before_anything_is_registered() -> Result<()> {
    let hub = Hub::start()?;
    let document = hub.document().await?;
    assert_eq!((&document["revision"], &document["capabilities"]), (&json!(0), &json!([])));
    assert_eq!(document["digest"], "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    assert_eq!(violations(Schema::Federated, &document), []);
    Ok(())
}

#[tokio::test]
async fn says_503_while_nothing_was_accepted() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.url("/missing")).await?;
    let answer = hub.get("/v1/federated").await?;
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("nothing-published")));
    assert!(!answer.header("retry-after").is_empty());
    Ok(())
}

#[tokio::test]
async fn is_the_same_in_yaml_and_json_and_matches_its_schema_and_digest() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    // Registered out of order, with a shared id, fields that are not in the schema, and values that YAML readers misinterpret.
    hub.register("zeta", &sources.index("/z", &index(&["capability.shared", "capability.z"]))).await?;
    let odd = "version: 1\ncapabilities:\n- name: Odd\n  id: capability.shared\n  x-country: \"no\"\n  x-octal: \"014\"\n  x-list: [1, 2.5, true, null]\n  domain: other\n";
    hub.register("alpha", &sources.index("/a", odd)).await?;

    let json_answer = hub.get("/v1/federated?format=json").await?;
    let yaml_answer = hub.get("/v1/federated").await?;
    assert_eq!(json_answer.header("content-type"), "application/json");
    assert_eq!(yaml_answer.header("content-type"), "application/yaml");
    let document = json_answer.json();
    assert_eq!(federation::yaml::parse(&yaml_answer.text)?, document);
    assert_eq!(violations(Schema::Federated, &document), []);

    let keys: Vec<_> = document.as_object().expect("object").keys().collect();
    assert_eq!(keys, ["version", "revision", "digest", "composed_at", "sources", "conflicts", "capabilities"]);
    assert_eq!(document["conflicts"], json!([{"id": "capability.shared", "repos": ["alpha", "zeta"]}]));
    let attributed: Vec<_> = document["capabilities"]
        .as_array()
        .expect("list")
        .iter()
        .map(|c| (c["source_repo"].as_str(), c["id"].as_str()))
        .collect();
    assert_eq!(
        attributed,
        [
            (Some("alpha"), Some("capability.shared")),
            (Some("zeta"), Some("capability.shared")),
            (Some("zeta"), Some("capability.z"))
        ]
    );
    let first = &document["capabilities"][0];
    assert_eq!(
        (&first["x-country"], &first["x-octal"], &first["x-list"]),
        (&json!("no"), &json!("014"), &json!([1, 2.5, true, null]))
    );
    assert_eq!(first["domain"], "test");

    let lines: Vec<SourceLine> = serde_json::from_value(document["sources"].clone())?;
    assert_eq!(document["digest"], digest(&lines).as_str());
    assert_eq!(json_answer.header("reuse-surface-revision"), document["revision"].to_string());
    Ok(())
}

#[tokio::test]
async fn keeps_its_bytes_while_nothing_changes_and_answers_304() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let first = hub.get("/v1/federated").await?;
    let unmodified = sources.unmodified();
    let report = hub.compose().await?;
    assert_eq!(sources.unmodified(), unmodified + 1, "a known index is asked for conditionally");
    assert_eq!((&report["published"], &report["sources"][0]["outcome"]), (&json!(false), &json!("unchanged")));
    let second = hub.get("/v1/federated").await?;
    assert_eq!((&first.text, first.header("etag")), (&second.text, second.header("etag")));

    for (tag, status) in [(first.header("etag"), 304), ("*", 304), ("\"other\"", 200)] {
        let answer = hub.send(hub.request(Method::GET, "/v1/federated").header("if-none-match", tag)).await?;
        assert_eq!(answer.status, status, "{tag}");
        assert_eq!(answer.header("etag"), first.header("etag"));
    }
    let json_tag = hub.get("/v1/federated?format=json").await?.header("etag").to_owned();
    assert_ne!(json_tag, first.header("etag"), "a tag a representation");
    Ok(())
}

#[tokio::test]
async fn follows_every_edit_of_a_registration_without_fetching() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    // Verified before it is written, so that no fetch starts after the response.
    let body = json!({"repo": "a", "url": sources.index("/a", &index(&["capability.a"])), "domain": "test"});
    assert_eq!(hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?.status, 201);
    let (asked, before) = (sources.requests("/a"), hub.document().await?["revision"].clone());
    let answer = hub.write(Method::PATCH, "/v1/repos/a", &json!({"domain": "moved"})).await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let document = hub.document().await?;
    assert_eq!(document["capabilities"][0]["domain"], "moved");
    assert_eq!(document["revision"].as_u64(), before.as_u64().map(|n| n + 1));
    let answer = hub.write(Method::PATCH, "/v1/repos/a", &json!({"description": "shows nowhere"})).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(hub.document().await?["revision"], document["revision"], "what readers get did not change");
    assert_eq!(sources.requests("/a"), asked);
    Ok(())
}
