//! A primary and its mirrors over real sockets: the same bytes, whatever happens to the primary.

use crate::front::ProxyInFront;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Cli, Hub, Sources, TOKEN, amount, eventually, figures, index};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const WRITES: u64 = 1000;

fn mirror_of(base: &str) -> Result<Hub> {
    Hub::start_in(TempDir::new()?, Some(TOKEN), &["--mirror-of", base])
}

/// Numbers without a pattern, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Registers, changes, moves or removes one of twenty sources.
async fn write(primary: &Hub, sources: &Sources, random: &mut Random) -> Result<()> {
    let (repo, id) = (format!("r{:02}", random.below(20)), random.below(1000));
    let url = sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}.n{id}")]));
    let path = format!("/v1/repos/{repo}");
    let answer = match random.below(8) {
        0 => primary.write(Method::DELETE, &path, &Value::Null).await?,
        1 => primary.write(Method::PATCH, &path, &json!({"domain": format!("d{}", id % 5)})).await?,
        2 | 3 => {
            let body = json!({"repo": repo, "url": url, "domain": "d"});
            primary.write(Method::POST, "/v1/repos?require_valid=true", &body).await?
        }
        _ => primary.write(Method::POST, &format!("{path}/refresh"), &Value::Null).await?,
    };
    ensure!(matches!(answer.status, 200 | 201 | 204 | 404 | 409), "{answer:?}");
    Ok(())
}

async fn newest(hub: &Hub) -> Result<u64> {
    hub.get("/health").await?.json()["revision"].as_u64().context("a number")
}

async fn has_reached(mirror: &Hub, revision: u64) -> Result<()> {
    let path = format!("/v1/federated?min_revision={revision}");
    eventually(async || Ok((mirror.get(&path).await?.status == 200).then_some(()))).await
}

async fn are_equal(mirror: &Hub, primary: &Hub, path: &str) -> Result<()> {
    let (here, there) = (mirror.get(path).await?, primary.get(path).await?);
    ensure!(here.status == 200 && here.text == there.text, "{path}: {} {}", here.status, there.status);
    ensure!(here.header("etag") == there.header("etag"), "{path}");
    Ok(())
}

#[tokio::test]
async fn after_a_thousand_random_writes_every_kept_revision_is_the_same() -> Result<()> {
    let (primary, sources) = (Hub::start()?, Sources::start()?);
    let (early, mut random) = (mirror_of(primary.base())?, Random(88_172_645_463_325_252));
    for n in 0..WRITES {
        write(&primary, &sources, &mut random).await?;
        if n % 50 == 0 {
            // The mirror waits 2 s for a revision, and is 503 if it is further behind. Once in 30 s, it pauses for one of them.
            let path = format!("/v1/federated?min_revision={}", newest(&primary).await?);
            let mut read = early.get(&path).await?;
            if read.status == 503 {
                read = early.get(&path).await?;
            }
            ensure!(read.status == 200, "after {n} writes: {read:?}");
        }
    }
    let last = newest(&primary).await?;
    ensure!(last > WRITES / 4, "{last} revisions");
    // Another mirror starts now, from nothing.
    let late = mirror_of(primary.base())?;
    for mirror in [&early, &late] {
        has_reached(mirror, last).await?;
        for path in ["/v1/federated?format=json", "/v1/federated/revisions?limit=1000", "/v1/capabilities?q=n7"] {
            are_equal(mirror, &primary, path).await?;
        }
        for number in 1..=last {
            let what = ["federated?", "federated?format=json&", "federated/manifest?"][usize::try_from(number % 3)?];
            are_equal(mirror, &primary, &format!("/v1/{what}revision={number}")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_its_primary_a_mirror_serves_on_and_follows_again() -> Result<()> {
    let (primary, sources) = (Hub::start()?, Sources::start()?);
    primary.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let (front, base) = ProxyInFront::start().await?;
    front.lead_to(Some(&primary));
    let mirror = mirror_of(&base)?;
    has_reached(&mirror, 1).await?;
    let refused = mirror.write(Method::DELETE, "/v1/repos/a", &Value::Null).await?;
    ensure!(refused.status == 403 && refused.json()["detail"].as_str().is_some_and(|it| it.contains(&base)));

    front.lead_to(None);
    let data = primary.kill()?;
    let (away, mut reads) = (Instant::now(), 0);
    while away.elapsed() < Duration::from_secs(amount("REUSE_SURFACE_SECONDS", 5)) {
        for path in ["/v1/federated", "/v1/federated?format=json", "/v1/federated/manifest", "/v1/repos"] {
            ensure!(mirror.get(path).await?.status == 200, "{path} after {:.1?}", away.elapsed());
            reads += 1;
        }
    }
    figures(&format!("primary killed: {reads} reads of the mirror in {:.1?}, none failed", away.elapsed()));
    let fault =
        eventually(async || Ok(mirror.get("/health").await?.json()["mirror"]["fault"].as_str().map(str::to_owned)))
            .await?;
    ensure!(fault.contains(&base), "{fault}");
    for path in ["/v1/federated?format=json", "/v1/capabilities?q=a", "/v1/repos", "/", "/v1/changes?since=0"] {
        ensure!(mirror.get(path).await?.status == 200, "{path}");
    }

    let primary = Hub::start_in(data, Some(TOKEN), &["--allow-private-networks"])?;
    primary.register("b", &sources.index("/b", &index(&["capability.b"]))).await?;
    front.lead_to(Some(&primary));
    has_reached(&mirror, 2).await?;
    are_equal(&mirror, &primary, "/v1/federated").await?;
    // It is cleared after the revision is visible.
    eventually(async || Ok(mirror.get("/health").await?.json()["mirror"]["fault"].is_null().then_some(()))).await
}

#[tokio::test]
async fn a_mirror_becomes_a_hub_of_its_own() -> Result<()> {
    let (primary, sources) = (Hub::start()?, Sources::start()?);
    primary.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let mirror = mirror_of(primary.base())?;
    has_reached(&mirror, 1).await?;
    drop(primary);
    let hub = Hub::start_in(mirror.kill()?, Some(TOKEN), &["--allow-private-networks"])?;
    for path in ["/v1/federated", "/v1/federated/manifest"] {
        ensure!(hub.get(path).await?.header("reuse-surface-mirrored").is_empty(), "{path}");
    }
    ensure!(!hub.get("/metrics").await?.text.contains("mirrored_timestamp"));
    sources.index("/a", &index(&["capability.new"]));
    hub.compose().await?;
    ensure!(hub.get("/v1/federated?format=json").await?.json()["capabilities"][0]["id"] == "capability.new");
    ensure!(newest(&hub).await? == 2);
    Ok(())
}

/// One mirror stopped where the backup did, one has a revision that was lost, and one begins.
#[tokio::test]
async fn mirrors_follow_a_primary_that_was_restored() -> Result<()> {
    let (primary, sources) = (Hub::start()?, Sources::start()?);
    let (front, base) = ProxyInFront::start().await?;
    front.lead_to(Some(&primary));
    let register = async |primary: &Hub, repo: &str| {
        let text = index(&[&format!("capability.{repo}")]);
        primary.register(repo, &sources.index(&format!("/{repo}"), &text)).await
    };
    register(&primary, "a").await?;
    register(&primary, "b").await?;
    let (before, ahead) = (mirror_of(&base)?, mirror_of(&base)?);
    for mirror in [&before, &ahead] {
        has_reached(mirror, 2).await?;
    }
    let before = before.kill()?;
    let (cli, folder) = (Cli::at(&base), TempDir::new()?);
    let file = folder.path().join("daily.db");
    let done = |command: &str, data: &Path| {
        let (data, file) = (data.to_str().context("a path")?, file.to_str().context("a path")?);
        let ran = cli.run(&[command, "--data-dir", data, file])?;
        ensure!(ran.code == 0, "{ran:?}");
        anyhow::Ok(())
    };
    done("backup", primary.data())?;
    register(&primary, "c").await?;
    has_reached(&ahead, 3).await?;

    let data = primary.kill()?;
    done("restore", data.path())?;
    let primary = Hub::start_in(data, Some(TOKEN), &["--allow-private-networks"])?;
    front.lead_to(Some(&primary));
    ensure!(newest(&primary).await? == 4);
    let before = Hub::start_in(before, Some(TOKEN), &["--mirror-of", &base])?;
    let mirrors = [before, ahead, mirror_of(&base)?];
    for mirror in &mirrors {
        has_reached(mirror, 4).await?;
        are_equal(mirror, &primary, "/v1/federated?revision=4").await?;
    }
    register(&primary, "d").await?;
    for mirror in &mirrors {
        has_reached(mirror, 5).await?;
        are_equal(mirror, &primary, "/v1/federated?format=json").await?;
    }
    Ok(())
}
