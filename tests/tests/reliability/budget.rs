//! The memory that all clients together can make the host use is bounded, and liveness checks are still answered.

use crate::support::{Host, Listening, is_problem};
use anyhow::{Result, ensure};
use end_to_end::eventually;
use http::Method;
use runtime::Limits;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Bytes of a piece of the probe's responses.
const PIECE: usize = 64 << 10;

async fn send(listening: &Listening, request: &str) -> Result<TcpStream> {
    let mut stream = listening.connect().await?;
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

async fn get(listening: &Listening, path: &str) -> Result<TcpStream> {
    send(listening, &format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")).await
}

/// The head of a response, read byte by byte so that nothing of the body is consumed.
async fn head(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head)?)
}

/// The status of a response, requested on a new connection.
async fn status(listening: &Listening, path: &str) -> Result<u16> {
    let head = head(&mut get(listening, path).await?).await?;
    Ok(head.split_ascii_whitespace().nth(1).unwrap_or_default().parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_is_held_until_the_answer_is_sent() -> Result<()> {
    let host = Host::of_the_probe(Limits { requests: 1, queue_time: Duration::ZERO, ..Limits::default() })?;
    let listening = host.listen().await?;
    // More than the system buffers for a client that does not read.
    let mut reader = get(&listening, "/stream/2000").await?;
    ensure!(head(&mut reader).await?.starts_with("HTTP/1.1 200"));
    for _ in 0..20 {
        let refused = host.ask(Method::GET, "/quick", &json!(null)).await?;
        is_problem(&refused, 503, "overloaded")?;
        ensure!(refused.headers()["retry-after"] == "1");
        ensure!(status(&listening, "/alive").await? == 200, "it is alive");
    }
    let mut rest = vec![0; PIECE * 2000];
    reader.read_exact(&mut rest).await?;
    eventually(async || Ok((status(&listening, "/quick").await? == 200).then_some(()))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_made_as_its_reader_takes_it_and_is_read_to_its_end() -> Result<()> {
    // The connection and the instance have no time beyond the response itself.
    let limits = Limits { idle_connection_time: Duration::ZERO, post_return_time: Duration::ZERO, ..Limits::default() };
    let host = Host::of_the_probe(limits)?;
    let listening = host.listen().await?;
    let mut reader = get(&listening, "/stream/2000").await?;
    let head = head(&mut reader).await?;
    ensure!(head.contains("content-length: 131072000"), "{head}");
    let mut read = 0;
    for _ in 0..16 {
        let mut piece = vec![0; PIECE];
        reader.read_exact(&mut piece).await?;
        read += piece.len();
        for _ in 0..10 {
            // The system's socket buffers hold some pieces, and a few are in flight.
            let produced = host.get("/produced").await?.as_u64().unwrap_or(u64::MAX) as usize;
            ensure!(produced * PIECE < read + (32 << 20), "{produced} pieces were made while {read} bytes were read");
        }
    }
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).await?;
    ensure!(read + rest.len() == 2000 * PIECE, "{} bytes came", read + rest.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_never_end_share_a_budget() -> Result<()> {
    // Request bodies may use an eighth of this.
    let host = Host::of_the_probe(Limits { memory: 32 << 20, ..Limits::default() })?;
    let listening = host.listen().await?;
    let unfinished =
        format!("POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n{}", "x".repeat(900_000));
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut stream = listening.connect().await?;
        // If the request was refused, the connection may be closed.
        _ = stream.write_all(unfinished.as_bytes()).await;
        slow.push(stream);
    }
    // There is room for four; the fifth is refused as soon as its bytes arrive.
    let (refused, _, _) = futures::future::select_all(slow.iter_mut().map(|stream| Box::pin(head(stream)))).await;
    let refused = refused?;
    ensure!(refused.starts_with("HTTP/1.1 503") && refused.contains("\r\nretry-after: 1\r\n"), "{refused}");
    ensure!(status(&listening, "/alive").await? == 200 && status(&listening, "/quick").await? == 200);
    ensure!(host.metric("reuse_surface_memory_use_bytes{purpose=\"requests\"}").await? <= f64::from(4 << 20));
    drop(slow);
    let body = json!("x".repeat(500_000));
    eventually(async || Ok((host.ask(Method::POST, "/body", &body).await?.status() == 200).then_some(()))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_would_take_more_than_there_is_makes_the_hub_overloaded_not_broken() -> Result<()> {
    let host = Host::of_the_probe(Limits { memory: 32 << 20, ..Limits::default() })?;
    for _ in 0..3 {
        let refused = host.ask(Method::GET, "/grow/64", &json!(null)).await?;
        is_problem(&refused, 503, "overloaded")?;
        ensure!(host.get("/alive").await? == "quick" && host.get("/quick").await? == "quick");
    }
    ensure!(host.get("/grow/8").await? == 8 << 20);
    Ok(())
}
