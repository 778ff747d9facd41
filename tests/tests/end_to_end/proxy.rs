//! `serve --proxy`: indexes that are fetched through a proxy.

use anyhow::Result;
use end_to_end::{Hub, Sources, TOKEN, eventually, index};
use std::process::Command;
use tempfile::TempDir;

/// A name that only the proxy knows.
const URL: &str = "http://index.invalid/a.yaml";

#[tokio::test]
async fn indexes_are_fetched_through_the_proxy_that_is_named() -> Result<()> {
    let sources = Sources::start()?;
    // A proxy gets the whole URL.
    sources.set(URL, end_to_end::Behaviour::Index(index(&["capability.a"]).into_bytes()));
    let proxy = format!("http://user:s3cret@{}", sources.address());
    let hub = Hub::start_in(TempDir::new()?, Some(TOKEN), &["--proxy", &proxy])?;
    hub.register("a", URL).await?;
    assert_eq!(hub.status("a").await?["state"], "fresh", "{}", hub.log());
    assert!(sources.requests(URL) > 0);
    // The hub still refuses what it recognises as private, although the proxy could reach it.
    let private = sources.index("/private", &index(&["capability.b"]));
    hub.register("b", &private).await?;
    assert_eq!(hub.status("b").await?["reason"], "address-refused");
    assert_eq!(sources.requests(&private) + sources.requests("/private"), 0);
    assert!(!hub.log().contains("s3cret"), "{}", hub.log());
    Ok(())
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used_and_the_log_says_so() -> Result<()> {
    let sources = Sources::start()?;
    let mut command = Command::new(end_to_end::binary());
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        command.env(name, format!("http://{}", sources.address()));
    }
    let hub = Hub::start_by(command, TempDir::new()?, Some(TOKEN), &["--allow-private-networks"])?;
    let said =
        eventually(async || Ok(hub.log().lines().find(|line| line.contains("--proxy")).map(str::to_owned))).await?;
    assert!(said.contains("WARN") && said.contains("HTTP_PROXY, http_proxy, ALL_PROXY"), "{said}");
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    assert_eq!((hub.status("a").await?["state"].as_str(), sources.requests("/a")), (Some("fresh"), 2));
    Ok(())
}
