//! Hubs that share a database answer as one: a read sees whatever was acknowledged or read anywhere before, although each hub caches its responses.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN, eventually, index};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use throw_away_postgres::Server;

const DOCUMENT: &str = "/v1/federated?format=json";

/// Number of reads unless the variable gives another one; they take a few seconds. The long form has a million.
const READS: u64 = 10_000;
const VARIABLE: &str = "REUSE_SURFACE_TEST_READS";

/// Minimum number of writes, however quickly the reads are done.
const WRITES: u64 = 100;

const READERS: u64 = 8;

/// Two hubs with one registration, whose domain contains a number that only grows.
struct World {
    hubs: [Hub; 2],
    /// The largest number that was acknowledged or read, recorded outside of the hubs.
    newest: AtomicU64,
    written: AtomicU64,
    reads: AtomicU64,
    unchanged: AtomicU64,
}

/// The state of one client: a tag, and the number in the document with that tag.
#[derive(Default)]
struct Reader {
    has: Option<(String, u64)>,
}

impl Reader {
    /// Reads from the hubs in turn, two times out of three with the tag that it already has.
    async fn read(&mut self, world: &World) -> Result<()> {
        let nth = world.reads.fetch_add(1, Ordering::SeqCst);
        let hub = &world.hubs[usize::from(!nth.is_multiple_of(2))];
        let mut request = hub.request(Method::GET, DOCUMENT);
        if let Some((tag, _)) = self.has.as_ref().filter(|_| !nth.is_multiple_of(3)) {
            request = request.header("if-none-match", tag);
        }
        let before = world.newest.load(Ordering::SeqCst);
        let answer = hub.send(request).await?;
        if answer.status == 304 {
            world.unchanged.fetch_add(1, Ordering::SeqCst);
        } else {
            ensure!(answer.status == 200, "{answer:?}");
            let domain = answer.json()["sources"][0]["domain"].as_str().context("a domain")?.to_owned();
            let number = domain.strip_prefix('d').context("a number")?.parse()?;
            self.has = Some((answer.header("etag").to_owned(), number));
        }
        let (_, read) = self.has.as_ref().context("304 without a tag")?;
        ensure!(*read >= before, "read {read} with {} after {before}", answer.status);
        world.newest.fetch_max(*read, Ordering::SeqCst);
        Ok(())
    }
}

async fn hits(hub: &Hub) -> Result<u64> {
    let text = hub.get("/metrics").await?.text;
    let value = text.lines().find_map(|line| line.strip_prefix("reuse_surface_memo_hits_total "));
    Ok(value.context("no such metric")?.parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_from_either_hub_is_older_than_an_acknowledged_write() -> Result<()> {
    let total = std::env::var(VARIABLE).ok().map_or(Ok(READS), |reads| reads.parse())?;
    let (url, sources) = (Server::shared()?.schema()?, Sources::start()?);
    let start = || Hub::start_in(TempDir::new()?, Some(TOKEN), &["--allow-private-networks", "--database-url", &url]);
    let hubs = [start()?, start()?];
    hubs[0].register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    let first = hubs[0].write(Method::PATCH, "/v1/repos/a", &json!({"domain": "d0"})).await?;
    ensure!(first.status == 200, "{first:?}");
    let world = Arc::new(World {
        hubs,
        newest: AtomicU64::new(0),
        written: AtomicU64::new(0),
        reads: AtomicU64::new(0),
        unchanged: AtomicU64::new(0),
    });
    let goes_on = move |world: &World| {
        world.reads.load(Ordering::SeqCst) < total || world.written.load(Ordering::SeqCst) < WRITES
    };
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                let mut reader = Reader::default();
                while goes_on(&world) {
                    reader.read(&world).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    let mut reader = Reader::default();
    while goes_on(&world) {
        let written = world.written.fetch_add(1, Ordering::SeqCst) + 1;
        let hub = &world.hubs[usize::from(written.is_multiple_of(2))];
        let change = json!({"domain": format!("d{written}")});
        let answer = hub.write(Method::PATCH, "/v1/repos/a", &change).await?;
        ensure!(answer.status == 200, "{answer:?}");
        world.newest.fetch_max(written, Ordering::SeqCst);
        reader.read(&world).await?;
    }
    for reader in readers {
        reader.await??;
    }
    // Nothing was proved unless the hubs repeat responses, which they did rarely if the writer was much faster than the readers.
    eventually(async || {
        reader.read(&world).await?;
        let is_unchanged = world.unchanged.load(Ordering::SeqCst) > 0;
        Ok((hits(&world.hubs[0]).await? > 0 && hits(&world.hubs[1]).await? > 0 && is_unchanged).then_some(()))
    })
    .await
}
