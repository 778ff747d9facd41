//! A faulty source changes nothing that readers get.

use anyhow::Result;
use end_to_end::{Behaviour, Hub, Sources, index};
use reqwest::Method;
use serde_json::{Value, json};

fn ids(prefix: &str, count: usize) -> String {
    let ids: Vec<String> = (0..count).map(|i| format!("capability.{prefix}.n{i}")).collect();
    index(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

async fn bytes_and_tag(hub: &Hub) -> Result<(String, String)> {
    let answer = hub.get("/v1/federated").await?;
    Ok((answer.text.clone(), answer.header("etag").to_owned()))
}

#[tokio::test]
async fn a_source_that_breaks_keeps_contributing_what_it_had() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("steady", &sources.index("/steady", &ids("steady", 3))).await?;
    hub.register("broken", &sources.index("/broken", &ids("broken", 8))).await?;
    let served = bytes_and_tag(&hub).await?;
    let since = hub.status("broken").await?["index_digest"].clone();
    let valid = ids("broken", 8);
    for (fault, reason) in [
        (Behaviour::Status(500, String::new()), "http-status"),
        (Behaviour::Index(b"<html><body>Sign in</body></html>".to_vec()), "not-an-index"),
        (Behaviour::Index(valid.as_bytes()[..valid.rfind("    name").expect("a name")].to_vec()), "schema-one-of"),
        (Behaviour::Index(index(&["capability.x", "capability.x"]).into_bytes()), "duplicate-id"),
        (Behaviour::Index(b"version: 1\ncapabilities: 7\n".to_vec()), "schema-type"),
        (Behaviour::Raw(Vec::new()), "incomplete-body"),
    ] {
        sources.set("/broken", fault);
        let report = hub.compose().await?;
        assert_eq!((&report["published"], &report["failed"]), (&json!(false), &json!(1)), "{reason}: {report}");
        assert_eq!(bytes_and_tag(&hub).await?, served, "{reason}");
        let status = hub.status("broken").await?;
        assert_eq!((&status["state"], &status["index_digest"]), (&json!("stale"), &since), "{reason}: {status}");
        assert!(status["failing_since"].is_string() && status["reason"].is_string(), "{reason}: {status}");
        assert_eq!(status["reason"], reason, "{status}");
    }
    sources.index("/broken", &ids("broken", 9));
    assert_eq!(hub.compose().await?["published"], true);
    assert_eq!(hub.status("broken").await?["state"], "fresh");
    Ok(())
}

#[tokio::test]
async fn a_shrunken_index_is_held_and_released_by_hand() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &ids("a", 20))).await?;
    let served = bytes_and_tag(&hub).await?;
    sources.index("/a", &ids("a", 3));
    let report = hub.compose().await?;
    assert_eq!((&report["sources"][0]["outcome"], &report["failed"]), (&json!("held"), &json!(0)));
    let status = hub.status("a").await?;
    assert_eq!(
        (&status["state"], &status["reason"], &status["capability_count"]),
        (&json!("held"), &json!("held-shrunk"), &json!(20))
    );
    assert!(status["held_digest"].is_string());
    assert_eq!(bytes_and_tag(&hub).await?, served);

    let released = hub.write(Method::POST, "/v1/repos/a/release", &Value::Null).await?;
    assert_eq!((released.status, &released.json()["published"]), (200, &json!(true)), "{}", released.text);
    assert_eq!(hub.document().await?["capabilities"].as_array().map(Vec::len), Some(3));
    let again = hub.write(Method::POST, "/v1/repos/a/release", &Value::Null).await?;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("nothing-held")));
    let log = hub.get("/v1/federated/revisions").await?.json();
    assert_eq!(
        (&log["revisions"][0]["cause"], &log["revisions"][0]["actor"]),
        (&json!("release"), &json!("bootstrap"))
    );
    Ok(())
}

#[tokio::test]
async fn a_held_source_that_recovers_is_no_longer_held() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &ids("a", 20))).await?;
    sources.index("/a", &index(&[]));
    hub.compose().await?;
    assert_eq!(hub.status("a").await?["state"], "held");
    sources.index("/a", &ids("a", 21));
    hub.compose().await?;
    assert_eq!(
        (&hub.status("a").await?["state"], &hub.status("a").await?["held_digest"]),
        (&json!("fresh"), &Value::Null)
    );
    assert_eq!(hub.document().await?["capabilities"].as_array().map(Vec::len), Some(21));
    Ok(())
}

#[tokio::test]
async fn a_moved_source_switches_when_the_new_address_delivers() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let old = sources.index("/old", &ids("a", 2));
    hub.register("a", &old).await?;
    let moved = json!({"url": sources.url("/new")});
    assert_eq!(hub.write(Method::PATCH, "/v1/repos/a", &moved).await?.status, 200);
    hub.compose().await?;
    let document = hub.document().await?;
    assert_eq!((&document["sources"][0]["url"], &document["revision"]), (&json!(old), &json!(1)));
    let new = sources.index("/new", &ids("a", 3));
    hub.compose().await?;
    let document = hub.document().await?;
    assert_eq!(
        (&document["sources"][0]["url"], &document["revision"]),
        (&json!(new), &json!(2)),
        "both in one revision"
    );
    assert_eq!(document["capabilities"].as_array().map(Vec::len), Some(3));
    Ok(())
}

#[tokio::test]
async fn what_is_required_is_verified_before_it_is_written() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let bad = sources.index("/bad", "version: 1\ncapabilities:\n  - id: capability.x\n    name: 7\n");
    let good = sources.index("/good", &ids("good", 1));
    let register = |url: &str, query: &str, required: bool| {
        let body = json!({"repo": "a", "url": url, "domain": "d", "required": required});
        let path = format!("/v1/repos{query}");
        let hub = &hub;
        async move { hub.write(Method::POST, &path, &body).await }
    };
    let refused = register(&bad, "", true).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("required-unverified")), "{}", refused.text);
    assert_eq!(
        (&refused.json()["errors"][0]["line"], &refused.json()["errors"][0]["code"]),
        (&json!(4), &json!("schema-type"))
    );
    let refused = register(&bad, "?require_valid=true", false).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("index-invalid")));
    let tried = register(&bad, "?dry_run=true", false).await?;
    assert_eq!((tried.status, &tried.json()["status"]["state"]), (200, &json!("failed")), "{}", tried.text);
    assert_eq!(hub.get("/v1/repos").await?.json()["total"], 0, "nothing was written");

    let written = register(&good, "", true).await?;
    assert_eq!((written.status, &written.json()["status"]["state"]), (201, &json!("fresh")), "{}", written.text);
    assert_eq!(hub.document().await?["sources"][0]["required"], true);
    let refused = hub.write(Method::PATCH, "/v1/repos/a", &json!({"url": bad})).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("required-unverified")));
    assert_eq!(hub.get("/v1/repos/a").await?.json()["url"], good);
    let moved = hub.write(Method::PATCH, "/v1/repos/a", &json!({"url": bad, "required": false})).await?;
    assert_eq!(moved.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_check_says_what_would_change_and_writes_nothing() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a", "capability.b"]))).await?;
    hub.register("other", &sources.index("/other", &index(&["capability.c"]))).await?;
    let before = bytes_and_tag(&hub).await?;
    sources
        .index("/a", "version: 1\ncapabilities:\n- id: capability.b\n  name: Renamed\n- id: capability.c\n  name: C\n");
    let check = |body: Value| {
        let hub = &hub;
        async move { hub.write(Method::POST, "/v1/check", &body).await.map(|answer| answer.json()) }
    };
    let report = check(json!({"url": sources.url("/a")})).await?;
    assert_eq!((&report["valid"], &report["capability_count"]), (&json!(true), &json!(2)), "{report}");
    assert_eq!(
        report["would"],
        json!({"outcome": "accepted", "added": ["capability.c"], "changed": ["capability.b"], "removed": ["capability.a"],
               "conflicts": [{"id": "capability.c", "repos": ["a", "other"]}]})
    );
    let report = check(json!({"repo": "new", "domain": "d", "url": sources.url("/a")})).await?;
    assert_eq!(report["would"]["added"], json!(["capability.b", "capability.c"]), "{report}");
    let report = check(json!({"url": sources.index("/bad", "version: 1\n")})).await?;
    assert_eq!((&report["valid"], &report["would"]), (&json!(false), &Value::Null), "{report}");
    assert_eq!(report["diagnostics"][0]["code"], "schema-required");
    assert_eq!(bytes_and_tag(&hub).await?, before);
    assert_eq!(hub.status("a").await?["state"], "fresh");
    Ok(())
}
