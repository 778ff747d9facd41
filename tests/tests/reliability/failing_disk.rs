//! A disk that becomes read-only or unreadable while the hub is running: nothing wrong is served, no acknowledged write is lost, and the hub
//! recovers with the disk.

use crate::support::{document, figures, until_health, verified};
use anyhow::{Result, ensure};
use end_to_end::{Answer, Hub, Sources, TOKEN, binary, index};
use reqwest::Method;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const FAILING_DISK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/failing_disk.c");

/// A hub with this data, on a disk whose failures are controlled by files in `folder`.
fn hub_on(folder: &Path, data: TempDir) -> Result<Hub> {
    let library = folder.join("failing_disk.so");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(FAILING_DISK).output()?;
    ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut command = Command::new(binary());
    command.env("LD_PRELOAD", &library).env("FAILING_DISK", folder);
    Hub::start_by(command, data, Some(TOKEN), &["--allow-private-networks"])
}

async fn register(hub: &Hub, repo: &str) -> Result<Answer> {
    let body = json!({"repo": repo, "url": "http://127.0.0.1:9/index.yaml", "domain": "d", "enabled": false});
    hub.write(Method::POST, "/v1/repos", &body).await
}

#[tokio::test]
async fn on_a_disk_that_turns_read_only_reading_goes_on() -> Result<()> {
    let (folder, sources) = (TempDir::new()?, Sources::start()?);
    let hub = hub_on(folder.path(), TempDir::new()?)?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let served = hub.get("/v1/federated?format=json").await?;
    let read_only = folder.path().join("read-only");
    fs::write(&read_only, "")?;

    for number in 0..20 {
        let refused = register(&hub, "refused").await?;
        let code = refused.json()["code"].clone();
        ensure!((refused.status, &code) == (503, &json!("store-unavailable")), "{refused:?}");
        ensure!(!refused.header("retry-after").is_empty() && refused.json()["detail"].is_string(), "{refused:?}");
        // Some of these are cached by the host, and some need the database.
        for path in [
            "/v1/federated?format=json".to_owned(),
            format!("/v1/federated?format=json&max_staleness={}", 3600 + number),
        ] {
            let read = hub.get(&path).await?;
            document(&read)?;
            ensure!(read.text == served.text, "{read:?}");
        }
        let list = hub.get(&format!("/v1/repos?limit={}", number + 1)).await?;
        ensure!((list.status, &list.json()["total"]) == (200, &json!(1)), "{list:?}");
    }
    let report = hub.send(hub.request(Method::POST, "/v1/federated/compose?force=true").bearer_auth(TOKEN)).await?;
    ensure!(report.status == 503, "{report:?}");
    let health = until_health(&hub, 503).await?;
    ensure!(health.json()["code"] == "store-unavailable", "{health:?}");
    ensure!(hub.get("/health/live").await?.status == 200);

    fs::remove_file(&read_only)?;
    until_health(&hub, 200).await?;
    ensure!(register(&hub, "accepted").await?.status == 201, "without a restart");
    sources.index("/a", &index(&["capability.a", "capability.b"]));
    hub.compose().await?;
    ensure!(document(&hub.get("/v1/federated?format=json").await?)? == 2);
    let whole = verified(&hub)?;
    ensure!(whole["repos"] == 2, "{whole}");
    Ok(())
}

#[tokio::test]
async fn a_disk_that_cannot_be_read_leads_to_no_wrong_answer() -> Result<()> {
    let (folder, sources) = (TempDir::new()?, Sources::start()?);
    let hub = Hub::start()?;
    for repo in ["a", "b", "c"] {
        let ids: Vec<String> = (0..300).map(|number| format!("capability.{repo}.n{number}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        hub.register(repo, &sources.index(&format!("/{repo}"), &index(&ids))).await?;
    }
    // A hub that starts now has read nothing.
    let hub = hub_on(folder.path(), hub.kill()?)?;
    // Documents that were not read yet need the disk; each of these is a different document.
    let paths: Vec<String> = ["a", "b", "c", "a,b", "b,c", "a,c", "a,b,c"]
        .iter()
        .flat_map(|repos| {
            (1..=3).map(move |number| format!("/v1/federated?format=json&repo={repos}&revision={number}"))
        })
        .collect();
    let unreadable = folder.path().join("unreadable");
    let (mut refused, mut right) = (0, 0);
    for path in &paths {
        fs::write(&unreadable, "")?;
        let read = hub.get(path).await?;
        let written = hub.write(Method::PATCH, "/v1/repos/a", &json!({"description": path})).await?;
        fs::remove_file(&unreadable)?;
        ensure!([200, 503].contains(&written.status), "{written:?}");
        let shown = hub.get("/v1/repos/a").await?;
        ensure!(shown.status == 200, "{shown:?}");
        let is_there = shown.json()["description"] == path.as_str();
        ensure!(is_there == (written.status == 200), "all or nothing: {written:?}, {shown:?}");
        let whole = hub.get(path).await?;
        document(&whole)?;
        if read.status == 200 {
            ensure!(read.text == whole.text, "{path}: {}", read.text);
            right += 1;
        } else {
            // The last one occurs if the head did not need the disk: the document is sent in pieces, which the host collects.
            let refusals = [(503, "store-unavailable"), (503, "store-damaged"), (500, "instance-failed")];
            let code = read.json()["code"].clone();
            ensure!(refusals.iter().any(|refusal| (read.status, &code) == (refusal.0, &json!(refusal.1))), "{read:?}");
            refused += 1;
        }
    }
    ensure!(refused > 0, "it was never needed");
    ensure!(hub.get("/health").await?.status == 200);
    verified(&hub)?;
    figures(&format!("an unreadable disk: {refused} reads refused, {right} right without it"));
    Ok(())
}
