//! The offline twin: the command line composes from a hub's snapshots exactly what the hub serves.

use anyhow::{Context as _, Result};
use end_to_end::{Cli, Hub, Sources, index};
use std::fs;
use tempfile::TempDir;

#[tokio::test]
async fn sync_then_compose_locked_gives_the_hubs_own_bytes_without_a_hub() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("b", &sources.index("/b", &index(&["capability.shared", "capability.b"]))).await?;
    hub.register(
        "a",
        &sources.index("/a", "version: 1\ncapabilities:\n- name: Odd\n  id: capability.shared\n  x: \"no\"\n"),
    )
    .await?;
    let (folder, cache) = (TempDir::new()?, TempDir::new()?);
    let cli = Cli::new(&hub).inside(folder.path()).with_cache(cache.path());
    let ran = cli.run(&["hub", "sync"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    let verified = cli.run(&["federation", "verify"])?;
    assert_eq!(verified.code, 0, "{verified:?}");
    let served = [hub.get("/v1/federated?format=yaml").await?.text, hub.get("/v1/federated?format=json").await?.text];
    drop((hub, sources));

    for (format, served) in ["yaml", "json"].into_iter().zip(&served) {
        let words = ["federation", "compose", "--locked", "--format", format, "--output", "-"];
        let ran = cli.run(&words)?;
        assert_eq!((ran.code, &ran.stdout), (0, served), "{}", ran.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn verify_finds_a_document_that_was_tampered_with() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let (folder, cache) = (TempDir::new()?, TempDir::new()?);
    let cli = Cli::new(&hub).inside(folder.path()).with_cache(cache.path());
    let served = hub.get("/v1/federated").await?.text;
    fs::write(folder.path().join("good.yaml"), &served)?;
    fs::write(folder.path().join("bad.yaml"), served.replace("The capability.a", "The capability.b"))?;
    assert_eq!(cli.run(&["federation", "verify", "good.yaml"])?.code, 0);
    let ran = cli.run(&["federation", "verify", "bad.yaml"])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    let diff = cli.run(&["federation", "diff", "good.yaml", "bad.yaml", "-o", "json"])?;
    assert_eq!(diff.code, 1, "{diff:?}");
    assert!(diff.stdout.contains("capability.a"), "{diff:?}");
    Ok(())
}

#[tokio::test]
async fn verify_judges_a_part_of_a_document_as_that_part() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for repo in ["a", "b", "c"] {
        let own = format!("capability.{repo}");
        let url = sources.index(&format!("/{repo}"), &index(&["capability.shared", &own]));
        let body = serde_json::json!({"repo": repo, "url": url, "domain": if repo == "c" { "other" } else { "d" }});
        assert_eq!(hub.write(reqwest::Method::POST, "/v1/repos?require_valid=true", &body).await?.status, 201);
    }
    let (folder, cache) = (TempDir::new()?, TempDir::new()?);
    let cli = Cli::new(&hub).inside(folder.path()).with_cache(cache.path());
    for query in ["domain=d", "domain=d&format=json", "repo=c,a", "repo=b,a&domain=d,other&format=json", "repo=nobody"]
    {
        let served = hub.get(&format!("/v1/federated?{query}")).await?.text;
        fs::write(folder.path().join("part"), &served)?;
        let ran = cli.run(&["federation", "verify", "part"])?;
        assert!(ran.code == 0 && ran.stdout.contains("the part that its filter names"), "{query}: {ran:?}");
        fs::write(folder.path().join("bad"), served.replacen("capability.a", "capability.x", 1))?;
        let ran = cli.run(&["federation", "verify", "bad"])?;
        assert_eq!(ran.code, i32::from(served.contains("capability.a")), "{query}: {ran:?}");
        // A part of the document, disguised as the whole.
        let (head, rest) = served.split_once("filter").context("a filter")?;
        let (_, sources) = rest.split_once("sources").context("sources")?;
        fs::write(folder.path().join("whole"), format!("{head}sources{sources}"))?;
        let ran = cli.run(&["federation", "verify", "whole"])?;
        assert!(ran.code == 1 && ran.stderr.contains("it differs in line"), "{query}: {ran:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_command_line_follows_a_source_from_check_to_release() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let cli = Cli::new(&hub);
    let ids: Vec<String> = (0..12).map(|i| format!("capability.n{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let url = sources.index("/a", "version: 1\ncapabilities:\n  - id: capability.n0\n    name: 7\n");
    let ran = cli.run(&["hub", "check", "--url", &url])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("4:11"), "line and column: {ran:?}");
    let register = ["hub", "register", "--repo", "a", "--url", &url, "--domain", "d"];
    assert_eq!(cli.run(&register)?.code, 1, "refused: checked first");
    sources.index("/a", &index(&ids));
    assert_eq!(cli.run(&register)?.code, 0);
    sources.index("/a", &index(&ids[..2]));
    let ran = cli.run(&["hub", "refresh", "--repo", "a", "-o", "json"])?;
    assert_eq!((ran.code, &ran.json()["source"]["outcome"]), (0, &"held".into()), "{ran:?}");
    let ran = cli.run(&["hub", "release", "--repo", "a", "-o", "json"])?;
    assert_eq!((ran.code, &ran.json()["published"]), (0, &true.into()), "{ran:?}");
    let ran = cli.run(&["hub", "changes", "--since", "1", "-o", "json"])?;
    assert_eq!(ran.json()["items"].as_array().map(Vec::len), Some(10), "{ran:?}");
    Ok(())
}
