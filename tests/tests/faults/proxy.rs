//! HAProxy in front of the hubs, as a cluster's ingress is. It never repeats a request that a hub may have seen.

use anyhow::{Context as _, Result};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

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

/// A port that was free just now, for a server that must get the same one when it starts again.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
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
