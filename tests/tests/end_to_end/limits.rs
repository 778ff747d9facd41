//! Inputs at each limit and just above it, with the component's memory and stack.

use anyhow::Result;
use end_to_end::{Hub, Sources};
use federation::limits::MAX_CAPABILITIES;
use serde_json::json;

fn index_of(count: usize) -> String {
    let mut text = String::from("version: 1\ncapabilities:\n");
    for i in 0..count {
        text.push_str(&format!(
            "- id: capability.n{i}\n  name: Number {i}\n  summary: What number {i} offers for reuse.\n  tags: [one, two]\n"
        ));
    }
    text
}

#[tokio::test]
async fn an_index_at_the_cap_is_served_and_one_above_is_refused() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("large", &sources.index("/large", &index_of(MAX_CAPABILITIES))).await?;
    let document = hub.document().await?;
    assert_eq!(document["capabilities"].as_array().map(Vec::len), Some(MAX_CAPABILITIES));
    let yaml = hub.get("/v1/federated").await?;
    assert_eq!(yaml.text.matches("\n- id: ").count(), MAX_CAPABILITIES);

    hub.register("larger", &sources.index("/larger", &index_of(MAX_CAPABILITIES + 1))).await?;
    let status = hub.status("larger").await?;
    assert_eq!((&status["state"], &status["reason"]), (&json!("failed"), &json!("too-many-capabilities")), "{status}");
    Ok(())
}

#[tokio::test]
async fn many_sources_are_composed_in_one_go() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for i in 0..150 {
        let url = sources.index(&format!("/{i}"), &index_of(3));
        let body = json!({"repo": format!("repo-{i:03}"), "url": url, "domain": "d"});
        assert_eq!(hub.write(reqwest::Method::POST, "/v1/repos", &body).await?.status, 201);
    }
    let report = hub.compose().await?;
    assert_eq!((&report["fetched"], &report["failed"]), (&json!(150), &json!(0)));
    let document = hub.document().await?;
    assert_eq!(
        (document["sources"].as_array().map(Vec::len), document["conflicts"].as_array().map(Vec::len)),
        (Some(150), Some(3))
    );
    Ok(())
}
