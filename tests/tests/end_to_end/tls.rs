//! Invalid certificates: a hub keeps its content and reports the error, the command line gives a hint, and neither continues without TLS.

use anyhow::{Result, ensure};
use end_to_end::tls::{Authority, EXPIRED, Secured, VALID};
use end_to_end::{Cli, Hub, Sources, TOKEN, binary, index};
use rustls::ServerConfig;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

const HERE: &str = "DNS:localhost,IP:127.0.0.1";

/// A hub that trusts only this authority.
fn trusting(authority: &Authority) -> Result<Hub> {
    let mut command = Command::new(binary());
    command.env("SSL_CERT_FILE", authority.certificate()).env_remove("SSL_CERT_DIR");
    Hub::start_by(command, TempDir::new()?, Some(TOKEN), &["--allow-private-networks"])
}

/// Invalid certificates, with the expected hint of the command line.
fn bad(authority: &Authority) -> Result<Vec<(&'static str, Arc<ServerConfig>, &'static str)>> {
    Ok(vec![
        ("expired", authority.issue(HERE, EXPIRED)?, "has expired"),
        ("of the future", authority.issue(HERE, ("20980101000000Z", VALID.1))?, "not valid yet"),
        ("another host", authority.issue("DNS:elsewhere.test", VALID)?, "is for another host"),
        ("unknown authority", Authority::new()?.issue(HERE, VALID)?, "set SSL_CERT_FILE"),
    ])
}

#[tokio::test]
async fn a_source_whose_certificate_does_not_hold_keeps_what_it_had() -> Result<()> {
    let (authority, sources) = (Authority::new()?, Sources::start()?);
    let good = authority.issue(HERE, VALID)?;
    let secured = Secured::start(sources.address(), good.clone()).await?;
    let hub = trusting(&authority)?;
    sources.index("/a", &index(&["capability.a"]));
    hub.register("a", &format!("https://localhost:{}/a", secured.port())).await?;
    let served = hub.get("/v1/federated").await?;
    ensure!(served.text.contains("capability.a"), "with a good certificate it is fetched: {}", hub.log());

    sources.index("/a", &index(&["capability.a", "capability.b"]));
    let asked = sources.requests("/a");
    for (name, certificate, _) in bad(&authority)? {
        secured.set(certificate);
        hub.compose().await?;
        let status = hub.status("a").await?;
        ensure!((&status["state"], &status["reason"]) == (&json!("stale"), &json!("tls-failed")), "{name}: {status}");
        ensure!(status["message"].as_str().is_some_and(|message| message.contains("certificate")), "{name}: {status}");
        ensure!(hub.get("/v1/federated").await?.text == served.text, "{name}");
    }
    ensure!(sources.requests("/a") == asked, "it was asked without TLS");
    secured.set(good);
    hub.compose().await?;
    ensure!(hub.status("a").await?["state"] == "fresh", "{}", hub.status("a").await?);
    ensure!(hub.get("/v1/federated").await?.text.contains("capability.b"));
    Ok(())
}

#[tokio::test]
async fn a_server_that_speaks_no_current_tls_is_not_asked_without() -> Result<()> {
    let (authority, sources) = (Authority::new()?, Sources::start()?);
    let hub = trusting(&authority)?;
    sources.index("/a", &index(&["capability.a"]));
    let plain = sources.url("/a").replace("http://127.0.0.1", "https://localhost");
    // Servers that support at most TLS 1.1 send the alert protocol_version.
    let old = TcpListener::bind("127.0.0.1:0")?;
    let outdated = format!("https://localhost:{}/a", old.local_addr()?.port());
    std::thread::spawn(move || {
        for mut stream in old.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 1024]).and_then(|_| stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]));
        }
    });
    for (repo, url) in [("plain", plain), ("outdated", outdated)] {
        hub.register(repo, &url).await?;
        let status = hub.status(repo).await?;
        ensure!((&status["state"], &status["reason"]) == (&json!("failed"), &json!("tls-failed")), "{repo}: {status}");
    }
    ensure!(sources.requests("/a") == 0, "it was asked without TLS");
    // The reverse: plain HTTP to a TLS port fails as well.
    let secured = Secured::start(sources.address(), authority.issue(HERE, VALID)?).await?;
    hub.register("reversed", &format!("http://localhost:{}/a", secured.port())).await?;
    let status = hub.status("reversed").await?;
    ensure!(status["state"] == "failed" && status["reason"] == "protocol-error", "{status}");
    ensure!(sources.requests("/a") == 0);
    Ok(())
}

/// How many requests the hub received before this one.
async fn requests(hub: &Hub) -> Result<u64> {
    let metrics = hub.get("/metrics").await?.text;
    let lines = metrics.lines().filter(|line| line.starts_with("reuse_surface_http_requests_total{"));
    Ok(lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
}

#[tokio::test]
async fn the_command_line_says_what_is_wrong_with_a_certificate() -> Result<()> {
    let (authority, hub) = (Authority::new()?, Hub::start()?);
    let good = authority.issue(HERE, VALID)?;
    let secured = Secured::start(hub.base().trim_start_matches("http://"), good).await?;
    let base = format!("https://localhost:{}", secured.port());
    let run = |words: &'static [&str]| {
        let cli = Cli::at(&base).with_token(Some(TOKEN)).trusting(authority.certificate());
        async move { tokio::task::spawn_blocking(move || cli.run(words)).await? }
    };
    let ran = run(&["doctor", "-o", "json"]).await?;
    let tls = ran.json()["checks"].as_array().into_iter().flatten().find(|check| check["check"] == "tls").cloned();
    ensure!(ran.code == 0 && tls.is_some_and(|tls| tls["outcome"] == "ok"), "{ran:?}");
    let ran = run(&["smoke", "--read-only"]).await?;
    ensure!(ran.code == 0, "{ran:?}");

    let asked = requests(&hub).await?;
    for (name, certificate, remedy) in bad(&authority)? {
        secured.set(certificate);
        for words in [&["doctor"][..], &["smoke"], &["hub", "list"]] {
            let ran = run(words).await?;
            ensure!(ran.code == 3, "{name} {words:?}: {ran:?}");
            ensure!((ran.stdout.clone() + &ran.stderr).contains(remedy), "{name} {words:?}: {ran:?}");
        }
    }
    ensure!(requests(&hub).await? == asked + 1, "something was sent to whoever it was");
    Ok(())
}
