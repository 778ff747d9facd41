//! Small inputs that are expensive to process, served as gzip: the hub reports the error, all others are served and refreshed meanwhile, and
//! the hostile source can be read, changed and removed, also after a restart.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, hostile_inputs, index};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;

fn gzip(text: &str) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

/// Maximum bytes of a response about a source, whatever its content.
const MAX_RESPONSE_BYTES: usize = 256 << 10;

async fn ids(hub: &Hub) -> Result<Vec<Value>> {
    let document = hub.document().await?;
    Ok(document["capabilities"].as_array().context("a list")?.iter().map(|entry| entry["id"].clone()).collect())
}

/// Checks that lists, documents, pages and writes work while these sources, each a name and a repo, are as they are.
async fn everything_answers(hub: &Hub, shapes: &[(&str, String)], when: &str) -> Result<()> {
    for path in ["/v1/repos?limit=1000", "/", "/v1/federated", "/v1/federated?format=json", "/metrics", "/v1/events"] {
        let answer = hub.get(path).await;
        let answer = answer.with_context(|| format!("{path} {when}"))?;
        let status = answer.status;
        ensure!(status == 200 || path == "/v1/events" && status == 401, "{path} {when}: {status} {:.300}", answer.text);
    }
    for (name, repo) in shapes {
        let path = format!("/v1/repos/{repo}");
        ensure!(hub.get(&path).await?.status == 200, "{name} {when}");
        ensure!(hub.get(&format!("/repos/{repo}")).await?.status == 200, "{name} {when}");
        let changed = hub.write(Method::PATCH, &path, &json!({"description": when})).await?;
        ensure!(changed.status == 200, "{name} {when}: {:.300}", changed.text);
    }
    let report = hub.compose().await?;
    ensure!(report["failed"] == shapes.len() && report["partial"] == false, "{when}: {:.1000}", report.to_string());
    Ok(())
}

#[tokio::test]
async fn every_shape_is_answered_for_and_hurts_nobody_else() -> Result<()> {
    let (mut hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("good", &sources.index("/good", &index(&["capability.n0"]))).await?;
    let mut shapes = Vec::new();
    for (number, hostile) in hostile_inputs::all().into_iter().enumerate() {
        let name = hostile.name;
        let (repo, path) = (format!("hostile-{number:02}"), format!("/{number}"));
        let url = sources.set(&path, Behaviour::Plain(gzip(&hostile.text)?, "content-encoding: gzip\r\n".into()));
        let fresh = format!("capability.n{}", number + 1);
        sources.index("/good", &index(&[fresh.as_str()]));
        hub.register(&repo, &url).await?;
        let seen = hub.get(&format!("/v1/repos/{repo}")).await?;
        ensure!(
            seen.status == 200 && seen.text.len() < MAX_RESPONSE_BYTES,
            "{name}: {} with {} bytes: {:.400}",
            seen.status,
            seen.text.len(),
            seen.text
        );
        let status = &seen.json()["status"];
        ensure!(status["reason"] == json!(hostile.code), "{name}: {:.1000}", status.to_string());
        // The good source was fetched in the same refresh.
        ensure!(ids(&hub).await?.contains(&json!(fresh)), "{name}");
        if hostile.code.is_none() {
            ensure!(
                hub.write(Method::DELETE, &format!("/v1/repos/{repo}"), &Value::Null).await?.status == 204,
                "{name}"
            );
            continue;
        }
        shapes.push((name, repo));
    }
    for when in ["before a restart", "after one"] {
        everything_answers(&hub, &shapes, when).await?;
        if when == "before a restart" {
            hub.restart()?;
        }
    }
    for (name, repo) in &shapes {
        let path = format!("/v1/repos/{repo}");
        let disabled = hub.write(Method::PATCH, &path, &json!({"enabled": false})).await?;
        ensure!(disabled.status == 200, "{name}: {:.300}", disabled.text);
        ensure!(hub.write(Method::DELETE, &path, &Value::Null).await?.status == 204, "{name}");
    }
    ensure!(ids(&hub).await? == [json!(format!("capability.n{}", hostile_inputs::all().len()))]);
    Ok(())
}
