//! Backup while the hub is running, and restore: verified and atomic, and no revision number is reused.

use crate::support::{document, run, text};
use anyhow::{Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, index};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::TempDir;

const ARGUMENTS: &[&str] = &["--allow-private-networks"];

fn backup(hub: &Hub, path: &Path, more: &[&str]) -> Result<end_to_end::Ran> {
    let mut words = vec!["backup", text(path), "--data-dir", text(hub.data()), "-o", "json"];
    words.extend(more);
    run(&words)
}

fn restore(path: &Path, data: &TempDir) -> Result<Value> {
    let ran = run(&["restore", text(path), "--data-dir", text(data.path()), "-o", "json"])?;
    ensure!(ran.code == 0, "{ran:?}");
    Ok(ran.json())
}

async fn read(hub: &Hub, path: &str) -> Result<(u16, Value)> {
    let answer = hub.get(path).await?;
    Ok((answer.status, answer.json()))
}

#[tokio::test]
async fn what_is_restored_is_as_private_as_what_it_replaces() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let (folder, data) = (TempDir::new()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    ensure!(backup(&hub, &path, &[])?.code == 0);
    let mode = |path: &Path| Ok::<u32, anyhow::Error>(fs::metadata(path)?.permissions().mode() & 0o777);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444))?;
    let database = data.path().join("reuse-surface.db");
    restore(&path, &data)?;
    assert_eq!(mode(&database)?, 0o600, "not as the backup was");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o640))?;
    restore(&path, &data)?;
    assert_eq!(mode(&database)?, 0o640, "as what it replaced");
    Ok(())
}

#[tokio::test]
async fn a_backup_is_made_while_the_hub_serves_and_writes() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    let writes = async {
        for i in 0..40 {
            let body = json!({"domain": format!("d{i}")});
            let answer = hub.write(Method::PATCH, "/v1/repos/a", &body).await?;
            ensure!(answer.status == 200, "{}", answer.text);
        }
        Ok(())
    };
    let copies = async {
        for _ in 0..5 {
            let (path, data) = (path.clone(), hub.data().to_owned());
            let ran = tokio::task::spawn_blocking(move || {
                run(&["backup", text(&path), "--data-dir", text(&data), "--force", "-o", "json"])
            });
            let ran = ran.await??;
            ensure!(ran.code == 0 && ran.json()["revision"].as_u64() > Some(0), "{ran:?}");
        }
        Ok(())
    };
    let (written, copied) = tokio::join!(writes, copies);
    written.and(copied)?;
    let (_, manifest) = read(&hub, "/v1/federated/manifest").await?;
    let last = backup(&hub, &path, &["--force"])?.json();
    assert_eq!((&last["revision"], &last["digest"]), (&manifest["revision"], &manifest["digest"]));
    assert_eq!((&last["repos"], &last["capabilities"]), (&json!(1), &json!(1)));
    let left: Vec<_> = fs::read_dir(folder.path())?.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["copy.db"], "nothing else is left");
    Ok(())
}

#[tokio::test]
async fn a_backup_replaces_nothing_unless_told() -> Result<()> {
    let (hub, folder) = (Hub::start()?, TempDir::new()?);
    hub.get("/health").await?;
    let path = folder.path().join("copy.db");
    fs::write(&path, "precious")?;
    let ran = backup(&hub, &path, &[])?;
    assert_eq!((ran.code, ran.stderr.contains("--force")), (1, true), "{ran:?}");
    assert_eq!(fs::read(&path)?, b"precious");
    assert_eq!(backup(&hub, &path, &["--force"])?.code, 0);
    let empty = run(&["backup", text(&folder.path().join("b.db")), "--data-dir", text(folder.path())])?;
    assert_eq!((empty.code, empty.stderr.contains("--data-dir")), (1, true), "{empty:?}");
    Ok(())
}

#[tokio::test]
async fn a_restored_hub_serves_what_was_saved_under_a_number_nobody_has_seen() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    assert_eq!(backup(&hub, &path, &[])?.code, 0);
    let saved = hub.document().await?;
    hub.register("b", &sources.index("/b", &index(&["capability.b"]))).await?;
    hub.register("c", &sources.index("/c", &index(&["capability.c"]))).await?;
    assert_eq!(hub.document().await?["revision"], 3);

    let data = hub.kill()?;
    let restored = restore(&path, &data)?;
    assert_eq!((&restored["revision"], &restored["published_as"]), (&json!(1), &json!(4)));
    let hub = Hub::start_in(data, Some(TOKEN), ARGUMENTS)?;
    let now = hub.get("/v1/federated?format=json").await?;
    assert_eq!(document(&now)?, 4);
    let now = now.json();
    assert_eq!((&now["capabilities"], &now["digest"]), (&saved["capabilities"], &saved["digest"]));

    // A client with a lost revision number gets an error and not the content of another revision.
    for lost in [2, 3] {
        assert_eq!(read(&hub, &format!("/v1/federated?revision={lost}")).await?.0, 410);
        let (status, problem) = read(&hub, &format!("/v1/changes?since={lost}")).await?;
        assert_eq!((status, &problem["code"]), (410, &json!("revision-gone")));
    }
    // A client with a revision from the backup continues from there.
    let (status, changes) = read(&hub, "/v1/changes?since=1&limit=1").await?;
    assert_eq!((status, &changes["until"], &changes["items"]), (200, &json!(4), &json!([])), "{changes}");
    hub.register("d", &sources.index("/d", &index(&["capability.d"]))).await?;
    let (_, changes) = read(&hub, "/v1/changes?since=1").await?;
    assert_eq!((&changes["until"], changes["items"].as_array().map(Vec::len)), (&json!(5), Some(1)), "{changes}");
    Ok(())
}

#[tokio::test]
async fn restoring_what_is_the_newest_publishes_nothing() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    assert_eq!(backup(&hub, &path, &[])?.code, 0);
    let before = hub.get("/v1/federated").await?;
    let data = hub.kill()?;
    assert_eq!(restore(&path, &data)?["published_as"], Value::Null);
    let hub = Hub::start_in(data, Some(TOKEN), ARGUMENTS)?;
    let after = hub.get("/v1/federated").await?;
    assert_eq!((after.text.as_str(), after.header("etag")), (before.text.as_str(), before.header("etag")));
    Ok(())
}

#[tokio::test]
async fn on_a_new_machine_numbers_are_left_out_by_the_clock() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    assert_eq!(backup(&hub, &path, &[])?.code, 0);
    // Pretends that the revision was composed an hour ago.
    rusqlite::Connection::open(&path)?.execute("UPDATE revisions SET composed_at = composed_at - 3600", [])?;
    let data = TempDir::new()?;
    let restored = restore(&path, &data)?;
    let number = restored["published_as"].as_u64().unwrap_or_default();
    ensure!((3602..3700).contains(&number), "{restored}");
    let hub = Hub::start_in(data, Some(TOKEN), ARGUMENTS)?;
    assert_eq!(document(&hub.get("/v1/federated?format=json").await?)?, number);
    let answer = hub.write(Method::PATCH, "/v1/repos/a", &json!({"domain": "other"})).await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(hub.document().await?["revision"], number + 1);
    Ok(())
}

/// As after the loss of a node: the replaced database is not the one that published the revisions after the backup.
#[tokio::test]
async fn over_a_hub_that_was_installed_anew_numbers_are_left_out_too() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    assert_eq!(backup(&hub, &path, &[])?.code, 0);
    rusqlite::Connection::open(&path)?.execute("UPDATE revisions SET composed_at = composed_at - 3600", [])?;
    for revisions in [0, 2] {
        let other = Hub::start()?;
        for number in 0..revisions {
            let url = sources.index(&format!("/{number}"), &index(&["capability.other"]));
            other.register(&format!("other-{number}"), &url).await?;
        }
        let data = other.kill()?;
        let restored = restore(&path, &data)?;
        let number = restored["published_as"].as_u64().unwrap_or_default();
        ensure!((3602..3700).contains(&number), "{revisions}: {restored}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_nothing_changes() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let whole = folder.path().join("whole.db");
    assert_eq!(backup(&hub, &whole, &[])?.code, 0);
    let data = hub.kill()?;
    let database = data.path().join("reuse-surface.db");
    let before = fs::read(&database)?;

    let damaged = |name: &str, statement: &str| -> Result<_> {
        let path = folder.path().join(name);
        fs::copy(&whole, &path)?;
        rusqlite::Connection::open(&path)?.execute_batch(&format!("PRAGMA foreign_keys = OFF; {statement}"))?;
        Ok(path)
    };
    let bytes = fs::read(&whole)?;
    for (name, content) in [
        ("empty.db", Vec::new()),
        ("text.db", b"this is no database, however long the file may be".repeat(200)),
        ("short.db", bytes[..bytes.len() / 2].to_vec()),
    ] {
        fs::write(folder.path().join(name), content)?;
    }
    let cases = [
        (folder.path().join("none.db"), "no such file"),
        (folder.path().join("empty.db"), "migrations"),
        (folder.path().join("text.db"), "not a database"),
        (folder.path().join("short.db"), ""),
        (damaged("digest.db", "UPDATE composition SET domain = 'another'")?, "digest"),
        (damaged("snapshot.db", "UPDATE snapshots SET digest = 'sha256:00'")?, ""),
        (damaged("body.db", "UPDATE snapshots SET body = x'1f8b'")?, "snapshot"),
    ];
    for (path, expected) in cases {
        let ran = run(&["restore", text(&path), "--data-dir", text(data.path())])?;
        ensure!(ran.code == 1 && ran.stderr.contains(expected), "{}: {ran:?}", path.display());
        ensure!(fs::read(&database)? == before, "{}: the database changed", path.display());
    }
    fs::write(folder.path().join("whole.db-wal"), "a log")?;
    let ran = run(&["restore", text(&whole), "--data-dir", text(data.path())])?;
    ensure!(ran.code == 1 && ran.stderr.contains("copied from a database in use"), "{ran:?}");
    Ok(())
}

#[tokio::test]
async fn restoring_mends_a_damaged_database_and_keeps_it() -> Result<()> {
    let (hub, sources, folder) = (Hub::start()?, Sources::start()?, TempDir::new()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let path = folder.path().join("copy.db");
    assert_eq!(backup(&hub, &path, &[])?.code, 0);
    let data = hub.kill()?;
    let damage = b"this is no database".repeat(1000);
    fs::write(data.path().join("reuse-surface.db"), &damage)?;
    fs::write(data.path().join("reuse-surface.db-wal"), "a log of something else")?;
    let ran = run(&["serve", "--listen", "127.0.0.1:0", "--data-dir", text(data.path())])?;
    ensure!(ran.code == 1 && ran.stderr.contains("not a database"), "{ran:?}");

    let restored = restore(&path, &data)?;
    let kept = restored["kept"].as_str().unwrap_or_default();
    ensure!(fs::read(kept)? == damage, "{restored}");
    let hub = Hub::start_in(data, Some(TOKEN), ARGUMENTS)?;
    document(&hub.get("/v1/federated?format=json").await?)?;
    assert_eq!(hub.get("/health").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn nothing_is_restored_under_a_hub_that_serves() -> Result<()> {
    let (hub, folder) = (Hub::start()?, TempDir::new()?);
    hub.get("/health").await?;
    let path = folder.path().join("copy.db");
    assert_eq!(backup(&hub, &path, &[])?.code, 0);
    let ran = run(&["restore", text(&path), "--data-dir", text(hub.data())])?;
    assert_eq!((ran.code, ran.stderr.contains("in use by another hub")), (1, true), "{ran:?}");
    assert_eq!(hub.get("/health").await?.status, 200);
    Ok(())
}
