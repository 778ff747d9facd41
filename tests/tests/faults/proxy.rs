//! HAProxy in front of the hubs, as a cluster's ingress is. It never repeats a request that a hub may have seen.

use anyhow::{Context as _, Result};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// The lowest port that is used, above those of most services.
const FIRST_PORT: u16 = 10_000;

/// HAProxy; killed when dropped.
pub struct Proxy {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Proxy {
    /// Starts HAProxy in front of servers at these ports.
    pub async fn start(ports: &[u16]) -> Result<Self> {
        let (folder, port) = (TempDir::new()?, free_port()?);
        let path = folder.path().join("haproxy.cfg");
        fs::write(&path, configuration(port, ports))?;
        let child = Command::new("haproxy")
            .arg("-db")
            .arg("-f")
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the tests need HAProxy: install Debian's package `haproxy`")?;
        let proxy = Self { child, port, _folder: folder };
        end_to_end::eventually(async || Ok(TcpStream::connect(("127.0.0.1", port)).ok())).await?;
        Ok(proxy)
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free just now, for a server that must get the same one when it starts again. Outgoing connections, which could take it while the
/// server is away, get none from this range. No port is returned twice.
pub fn free_port() -> Result<u16> {
    // Other processes begin elsewhere.
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(u64::from(std::process::id()) * 97));
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
    let outgoing: u16 = range.split_whitespace().next().context("no range of ports")?.parse()?;
    let count = outgoing.saturating_sub(FIRST_PORT).max(1000);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let next = || Some(FIRST_PORT + (NEXT.fetch_add(1, Ordering::Relaxed) % u64::from(count)) as u16);
    std::iter::from_fn(next).take(count.into()).find(is_free).context("no port is free")
}

/// The check is the readiness probe of the chart: while the database is away, one hub is as good as the other.
fn configuration(port: u16, servers: &[u16]) -> String {
    let mut text = format!(
        "defaults
    mode http
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout check 1s
    retries 3
    option redispatch 1
frontend clients
    bind 127.0.0.1:{port}
    default_backend hubs
backend hubs
    balance roundrobin
    option httpchk GET /health/live
    default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
"
    );
    for server in servers {
        text.push_str(&format!("    server hub-{server} 127.0.0.1:{server}\n"));
    }
    text
}
