//! Clients that keep their requests open as long as they can: whatever they do, others are served.

use crate::support::{Host, is_problem};
use anyhow::{Context as _, Result, ensure};
use end_to_end::Sources;
use http::Method;
use runtime::Limits;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Number of requests that wait, far more than the instances accept.
const POLLS: usize = 100;
/// Number of instances, and how many requests may wait in each.
const INSTANCES: u32 = 2;
const WAITING: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_something_new_leaves_room_for_who_does_not() -> Result<()> {
    let host = Arc::new(Host::of_the_hub(Limits { instances: INSTANCES, ..Limits::default() })?);
    let sources = Sources::start()?;
    host.register(&sources, "a").await?;
    let mut polls = JoinSet::new();
    for _ in 0..POLLS {
        let host = host.clone();
        polls.spawn(async move { host.get("/v1/federated/log?since=1&wait=20").await });
    }
    // Requests without a place to wait are answered at once.
    for _ in 0..POLLS - INSTANCES as usize * WAITING {
        let log = polls.join_next().await.context("all were answered")???;
        ensure!((&log["newest"]["revision"], &log["revisions"]) == (&json!(1), &json!([])), "{log}");
    }
    for path in ["/v1/repos/a", "/v1/capabilities?q=a", "/v1/federated/revisions"].repeat(10) {
        host.get(path).await?;
    }
    // Requests that wait are told of what is new.
    host.register(&sources, "b").await?;
    let mut told = 0;
    while let Some(log) = polls.join_next().await {
        told += usize::from(log??["newest"]["revision"] == json!(2));
    }
    ensure!(told > 0, "nobody waited");
    Ok(())
}

/// The first line and the first block of events of a new stream, which is kept open.
async fn follow(stream: TcpStream) -> Result<(String, BufReader<TcpStream>)> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"GET /v1/changes/stream HTTP/1.1\r\nHost: hub.test\r\n\r\n").await?;
    let mut status = String::new();
    stream.read_line(&mut status).await?;
    Ok((status, stream))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_take_part_of_the_slots_and_no_more() -> Result<()> {
    let host = Host::of_the_hub(Limits { requests: 12, streams: 6, ..Limits::default() })?;
    let listening = host.listen().await?;
    let (mut open, mut refused) = (Vec::new(), 0);
    for _ in 0..20 {
        let (status, stream) = follow(listening.connect().await?).await?;
        match status.split(' ').nth(1) {
            Some("200") => open.push(stream),
            Some("503") => refused += 1,
            _ => anyhow::bail!("{status}"),
        }
    }
    ensure!((open.len(), refused) == (6, 14), "{} open, {refused} refused", open.len());
    let beyond = host.ask(Method::GET, "/v1/changes/stream", &Value::Null).await?;
    is_problem(&beyond, 503, "overloaded")?;
    for _ in 0..20 {
        host.get("/v1/federated/revisions").await?;
    }
    // A place is free again when its client disconnects.
    drop(open);
    end_to_end::eventually(async || {
        let (status, stream) = follow(listening.connect().await?).await?;
        drop(stream);
        Ok(status.contains(" 200 ").then_some(()))
    })
    .await
}
