//! Clients that ask whether the hub lives, again and again, and read no response.

use anyhow::{Context as _, Result, ensure};
use end_to_end::Hub;
use std::io::{ErrorKind, Write as _};
use std::net::{SocketAddr, TcpStream};
use tokio::net::TcpSocket;

/// More connections than there are slots for probes.
const CLIENTS: usize = 12;
/// Requests after which a client that still takes bytes was read all along.
const MAX_REQUESTS: usize = 1_000_000;
/// Responses to others after which a connection that took nothing meanwhile is stuck.
const MEANWHILE: usize = 20;

/// A connection that has sent requests until the hub took no more of them.
async fn unread(hub: &Hub, address: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let mut stream = socket.connect(address).await?.into_std()?;
    let requests = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n".repeat(100);
    let (mut sent, mut refused) = (0, 0);
    while refused < MEANWHILE {
        match stream.write(requests.as_bytes()) {
            Ok(_) => (sent, refused) = (sent + 100, 0),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                refused += 1;
                ensure!(hub.get("/health/live").await?.status == 200, "after {sent} requests");
            }
            Err(error) => return Err(error).context("the connection was closed"),
        }
        ensure!(sent < MAX_REQUESTS, "the hub reads on although nobody reads its responses");
    }
    Ok(stream)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_no_response_takes_no_probe_from_others() -> Result<()> {
    let hub = Hub::start()?;
    let address = hub.base().trim_start_matches("http://").parse()?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(unread(&hub, address).await?);
    }
    ensure!(hub.get("/health/live").await?.status == 200);
    Ok(())
}
