//! `GET /v1/federated` compared with nginx, which serves the same bytes from files.

use crate::federation::register;
use crate::load::requests_per_second;
use crate::table::Table;
use anyhow::{Context as _, Result};
use end_to_end::{Hub, Sources};
use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command};
use tempfile::TempDir;

const SECONDS: u32 = 5;

/// nginx with one worker; stopped when dropped.
struct Nginx {
    child: Child,
    base: String,
    _files: TempDir,
}

impl Nginx {
    fn serve(document: &[u8], gzip: &[u8]) -> Result<Self> {
        let files = TempDir::new()?;
        fs::write(files.path().join("doc.yaml"), document)?;
        fs::write(files.path().join("doc.yaml.gz"), gzip)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = files.path().display();
        let configuration = files.path().join("nginx.conf");
        fs::write(
            &configuration,
            format!(
                "user root; worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error;\n\
                 events {{ worker_connections 1024; }}\n\
                 http {{ access_log off; gzip_static on; gzip_vary on; keepalive_requests 100000000; sendfile on; tcp_nopush on;\n\
                 client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n\
                 server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
            ),
        )?;
        let child = Command::new("nginx")
            .arg("-c")
            .arg(&configuration)
            .spawn()
            .context("nginx cannot be started: `cargo xtask bench` installs it")?;
        Ok(Self { child, base: format!("http://127.0.0.1:{port}"), _files: files })
    }

    /// The entity tag of its file, once nginx responds.
    async fn entity_tag(&mut self) -> Result<String> {
        let url = format!("{}/doc.yaml", self.base);
        loop {
            if let Ok(response) = reqwest::get(&url).await {
                let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok());
                return tag.map(str::to_owned).context("nginx gives no ETag");
            }
            anyhow::ensure!(self.child.try_wait()?.is_none(), "nginx ended");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master process stops its worker.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// Measures full, compressed and unmodified responses. The hub writes a log line for each request; nginx writes none.
pub async fn measure(table: &mut Table) -> Result<()> {
    let sources = Sources::start()?;
    let hub = Hub::start()?;
    register(&hub, &sources, 10, 100).await?;
    let whole = hub.get("/v1/federated").await?;
    let tag = whole.header("etag").to_owned();
    let gzip = hub.request(reqwest::Method::GET, "/v1/federated").header("accept-encoding", "gzip").send().await?;
    let mut nginx = Nginx::serve(whole.text.as_bytes(), &gzip.bytes().await?)?;
    let nginx_tag = nginx.entity_tag().await?;
    let file = format!("{}/doc.yaml", nginx.base);
    compare(table, &hub, &file, (&tag, &nginx_tag))
}

fn compare(table: &mut Table, hub: &Hub, file: &str, tags: (&str, &str)) -> Result<()> {
    let document = format!("{}/v1/federated", hub.base());
    let gzip = "accept-encoding: gzip".to_owned();
    let unmodified = |tag: &str| format!("if-none-match: {tag}");
    for (what, ours, theirs) in [
        ("whole", None, None),
        ("gzip", Some(gzip.clone()), Some(gzip)),
        ("304", Some(unmodified(tags.0)), Some(unmodified(tags.1))),
    ] {
        let (ours, theirs) = (
            requests_per_second(&document, ours.as_deref(), SECONDS)?,
            requests_per_second(file, theirs.as_deref(), SECONDS)?,
        );
        table.row(
            &format!("`GET /v1/federated`, {what}"),
            &format!("{ours:.0}/s, {:.2} of nginx", ours / theirs),
            &format!("nginx {theirs:.0}/s"),
            "≥ 0.5, aim at 0.8",
        );
    }
    Ok(())
}
