//! Memory of a large hub with many concurrent readers, and the first read of a large document.

use crate::federation::register;
use crate::table::{Table, milliseconds};
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources};
use http::StatusCode;
use std::fs;
use std::time::Instant;
use tokio::task::JoinSet;

const READERS: usize = 200;

/// How many requests each reader sends.
const ROUNDS: usize = 2;

/// The requests to a route: its name, the path for a reader, and a header.
type ReadRoute = (&'static str, fn(usize) -> String, Option<(&'static str, &'static str)>);

/// Every public route with large responses, with a different request for each reader where that changes the response.
const ROUTES: [ReadRoute; 11] = [
    ("the document", |_| "/v1/federated".to_owned(), None),
    ("the document, gzip", |_| "/v1/federated?format=json".to_owned(), Some(("accept-encoding", "gzip"))),
    ("parts of it", |n| format!("/v1/federated?repo={}", names(50, |i| format!("s{}", (n * 7 + i) % 1000))), None),
    ("made-up parts", |n| format!("/v1/federated?domain=d1,{}", names(32, |i| format!("x{n}-{i}"))), None),
    ("old revisions", |n| format!("/v1/federated?revision={}", 1 + n), None),
    ("changes", |n| format!("/v1/changes?since=0&limit={}", 1 + n % 100), None),
    ("searches", |n| format!("/v1/capabilities?q=capability+{n}&limit=200"), None),
    ("registrations", |n| format!("/v1/repos?limit=1000&q=s{n}"), None),
    ("manifests", |n| format!("/v1/federated/manifest?revision={}", 1 + n), None),
    ("the log of revisions", |_| "/v1/federated/revisions?limit=1000".to_owned(), None),
    ("pages", |n| format!("/revisions/{}", 1 + n), Some(("accept", "text/html"))),
];

fn names(count: usize, name: impl Fn(usize) -> String) -> String {
    (0..count).map(name).collect::<Vec<_>>().join(",")
}

/// Measures 1,000 sources with 20,000 capabilities, with readers of each route in turn and a concurrent refresh.
pub async fn measure(table: &mut Table) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, 1000, 19).await?;
    for (what, path, header) in ROUTES {
        // Resets the recorded peak.
        fs::write(format!("/proc/{}/clear_refs", hub.pid()), "5")?;
        let started = Instant::now();
        let (answers, refused) = readers(&hub, path, header).await?;
        table.row(
            &format!("peak memory, {READERS} readers of {what}"),
            &format!("{} MiB", peak(&hub)?),
            &format!("{answers} answers in {}, {refused} refused", milliseconds(started.elapsed())),
            "≤ 256 MiB",
        );
    }
    Ok(())
}

async fn readers(
    hub: &Hub,
    path: fn(usize) -> String,
    header: Option<(&'static str, &'static str)>,
) -> Result<(usize, usize)> {
    let mut readers = JoinSet::new();
    for reader in 0..READERS {
        let url = format!("{}{}", hub.base(), path(reader));
        readers.spawn(async move {
            let mut answered = 0;
            for _ in 0..ROUNDS {
                // A new connection each time, as from as many clients.
                let client = reqwest::Client::builder().build()?;
                let request =
                    header.iter().fold(client.get(&url), |request, (name, value)| request.header(*name, *value));
                let mut response = request.send().await?;
                while response.chunk().await?.is_some() {}
                let status = response.status();
                ensure!(matches!(status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE), "{status} for {url}");
                answered += usize::from(status == StatusCode::OK);
            }
            anyhow::Ok(answered)
        });
    }
    hub.compose().await?;
    let mut answered = 0;
    while let Some(reader) = readers.join_next().await {
        answered += reader??;
    }
    Ok((answered, READERS * ROUNDS - answered))
}

/// Peak memory of the hub in MiB.
pub fn peak(hub: &Hub) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", hub.pid()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kibibytes: u64 = peak.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes / 1024)
}

/// Measures the first read of a whole document that is a hundred times as large as that of most hubs.
pub async fn first_read(table: &mut Table) -> Result<()> {
    let (mut hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, 25, 19_000).await?;
    hub.restart()?;
    let started = Instant::now();
    let mut response = reqwest::get(format!("{}/v1/federated", hub.base())).await?.error_for_status()?;
    let mut bytes = 0;
    while let Some(piece) = response.chunk().await? {
        bytes += piece.len();
    }
    let took = milliseconds(started.elapsed());
    table.row("first read of a large document", &took, &format!("{} MB", bytes / 1_000_000), "≤ 1 s for 110 MB");
    Ok(())
}
