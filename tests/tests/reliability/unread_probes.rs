//! Clients that ask whether the hub lives, again and again, and read no response.

use anyhow::{Context as _, Result, ensure};
use end_to_end::Hub;
use std::io::Write as _;
use std::net::Shutdown;
use std::thread;
use tokio::net::TcpSocket;

/// More connections than there are slots for probes.
const CLIENTS: usize = 12;
/// This many probes of others in a row, during which these clients got no response: by then the hub accepts no more from them.
const MEANWHILE: usize = 50;

/// The probes that were answered so far.
async fn answered(hub: &Hub) -> Result<u64> {
    let metrics = hub.get("/metrics").await?.text;
    let name = "reuse_surface_http_requests_total{route=\"/health/live\",method=\"GET\",status=\"200\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)).context("no probe was counted")?;
    Ok(line.parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_no_response_takes_no_probe_from_others() -> Result<()> {
    let hub = Hub::start()?;
    ensure!(hub.get("/health/live").await?.status == 200);
    let address = hub.base().trim_start_matches("http://").parse()?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        let stream = socket.connect(address).await?.into_std()?;
        stream.set_nonblocking(false)?;
        let mut sends = stream.try_clone()?;
        thread::spawn(move || {
            let requests = "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n".repeat(100);
            while sends.write_all(requests.as_bytes()).is_ok() {}
        });
        clients.push(stream);
    }
    let mut quiet = 0;
    while quiet < MEANWHILE {
        let before = answered(&hub).await?;
        let live = hub.get("/health/live").await?;
        ensure!(live.status == 200, "after {before} probes: {live:?}");
        quiet = if answered(&hub).await? <= before + 1 { quiet + 1 } else { 0 };
    }
    for client in clients {
        client.shutdown(Shutdown::Both)?;
    }
    Ok(())
}
