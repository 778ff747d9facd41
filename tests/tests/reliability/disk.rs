//! Disks that are full or read-only, and a database that another process has locked: reads still work, no acknowledged write is lost, and the
//! hub recovers by itself.

use crate::support::{document, figures, run, text, until_health};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Answer, Hub, Sources, TOKEN, binary, index};
use reqwest::Method;
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Executes the binary with the directory `$0` as a separate disk that only this process sees; the disk vanishes with the process.
const ON_A_DISK: &str = r#"mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@""#;

/// A command in its own mount namespace, as root or with a user namespace.
fn unshared(script: &str, folder: &TempDir) -> Result<Command> {
    for flags in ["-m", "-Urm"] {
        let allowed = Command::new("unshare").args([flags, "true"]).output().is_ok_and(|it| it.status.success());
        if allowed {
            let mut command = Command::new("unshare");
            command.args([flags, "sh", "-c", script]).arg(folder.path()).arg(binary());
            return Ok(command);
        }
    }
    anyhow::bail!("this test needs `unshare -m` as root, or `unshare -Urm`: allow one of them where it runs")
}

async fn register(hub: &Hub, number: usize) -> Result<Answer> {
    // A long description fills the disk quickly.
    let body = json!({"repo": format!("filler-{number}"), "url": "http://127.0.0.1:9/index.yaml", "domain": "d",
        "enabled": false, "description": "x".repeat(1000)});
    hub.write(Method::POST, "/v1/repos", &body).await
}

/// Fills the disk of `hub` with registrations until one is refused. Returns the number of acknowledged ones, and the refusal.
async fn fill(hub: &Hub) -> Result<(usize, Answer)> {
    for number in 0..20_000 {
        let answer = register(hub, number).await?;
        if answer.status != 201 {
            return Ok((number, answer));
        }
    }
    anyhow::bail!("the disk is never full")
}

async fn repos(hub: &Hub) -> Result<u64> {
    hub.get("/v1/repos?q=filler&limit=1").await?.json()["total"].as_u64().context("no total")
}

#[tokio::test]
async fn on_a_full_disk_reading_goes_on_and_room_is_noticed() -> Result<()> {
    let sources = Sources::start()?;
    let folder = TempDir::new()?;
    let command = unshared(ON_A_DISK, &folder)?;
    let hub = Hub::start_by(command, folder, Some(TOKEN), &["--allow-private-networks"])?;
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let served = hub.get("/v1/federated?format=json").await?;
    // Another file uses most of the rest of the disk.
    let filler = PathBuf::from(format!("/proc/{}/root{}/filler", hub.pid(), hub.data().display()));
    let mut file = fs::File::create(&filler)?;
    while file.write_all(&[0; 4096]).is_ok() {}
    file.set_len(file.metadata()?.len() - (256 << 10))?;
    drop(file);

    let (acknowledged, refused) = fill(&hub).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (507, &json!("store-full")), "{refused:?}");
    assert!(!refused.header("retry-after").is_empty());
    let health = until_health(&hub, 503).await?;
    assert_eq!(health.json()["code"], "store-unavailable");
    let mut refusals = 0;
    for _ in 0..20 {
        let read = hub.get("/v1/federated?format=json").await?;
        document(&read)?;
        assert_eq!((&read.text, read.header("etag")), (&served.text, served.header("etag")));
        refusals += u32::from(register(&hub, acknowledged).await?.status == 507);
    }
    assert_eq!(hub.get("/health/live").await?.status, 200);
    assert_eq!((refusals, repos(&hub).await?), (20, acknowledged as u64), "nothing lost, nothing half written");

    fs::remove_file(&filler)?;
    until_health(&hub, 200).await?;
    assert_eq!(register(&hub, acknowledged).await?.status, 201, "without a restart");
    sources.index("/a", &index(&["capability.a", "capability.b"]));
    hub.compose().await?;
    assert_eq!(document(&hub.get("/v1/federated?format=json").await?)?, 2);
    figures(&format!("full disk: {acknowledged} writes acknowledged before it, {refusals} refused on it"));
    Ok(())
}

#[tokio::test]
async fn on_a_read_only_disk_it_does_not_start_and_says_why() -> Result<()> {
    let hub = Hub::start()?;
    hub.get("/health").await?;
    let data = hub.kill()?;
    let before = fs::read(data.path().join("reuse-surface.db"))?;
    let read_only = r#"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@""#;
    let mut command = unshared(read_only, &data)?;
    let ran = command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir", text(data.path())]).output()?;
    let said = String::from_utf8(ran.stderr)?;
    ensure!(ran.status.code() == Some(1) && said.contains(text(data.path())), "{said}");
    assert_eq!(fs::read(data.path().join("reuse-surface.db"))?, before);
    Ok(())
}

#[tokio::test]
async fn on_a_database_that_may_only_be_read_it_does_not_start_and_says_why() -> Result<()> {
    let hub = Hub::start()?;
    hub.get("/health").await?;
    let data = hub.kill()?;
    let before = fs::read(data.path().join("reuse-surface.db"))?;
    // The directory is writable, so that the lock file and the write-ahead log can be created.
    let read_only = r#"mount --bind "$0/reuse-surface.db" "$0/reuse-surface.db" && mount -o remount,bind,ro "$0/reuse-surface.db" && exec "$@""#;
    let mut command = unshared(read_only, &data)?;
    let ran = command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir", text(data.path())]).output()?;
    let said = String::from_utf8(ran.stderr)?;
    ensure!(ran.status.code() == Some(1) && said.contains("reuse-surface.db") && said.contains("readonly"), "{said}");
    assert_eq!(fs::read(data.path().join("reuse-surface.db"))?, before);
    Ok(())
}

#[tokio::test]
async fn while_another_process_writes_reading_goes_on() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let database = rusqlite::Connection::open(hub.data().join("reuse-surface.db"))?;
    database.busy_timeout(Duration::from_secs(10))?;
    database.execute_batch("BEGIN IMMEDIATE")?;
    let refused = register(&hub, 0).await?;
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("store-unavailable")), "{refused:?}");
    document(&hub.get("/v1/federated?format=json").await?)?;
    let copy = hub.data().join("copy.db");
    assert_eq!(run(&["backup", text(&copy), "--data-dir", text(hub.data())])?.code, 0, "a backup does not wait");
    database.execute_batch("ROLLBACK")?;
    until_health(&hub, 200).await?;
    assert_eq!(register(&hub, 0).await?.status, 201);
    Ok(())
}
