//! Responses of sources with unexpected headers or bodies, and indexes that contain further URLs: the hub neither decompresses, stores nor
//! requests what it does not need.

use anyhow::{Result, ensure};
use end_to_end::{Behaviour, Hub, Sources, index};
use serde_json::json;
use std::io::Write as _;

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn raw(head: &str, body: &[u8]) -> Behaviour {
    let mut bytes = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Behaviour::Raw(bytes)
}

#[tokio::test]
async fn a_body_that_is_not_needed_is_not_unpacked() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let bomb = gzip(&vec![b'#'; 256 << 20])?;
    let target = sources.index("/target", &index(&["capability.a"]));
    sources.set("/moved", raw(&format!("302 -\r\ncontent-encoding: gzip\r\nlocation: {target}"), &bomb));
    hub.register("moved", &sources.url("/moved")).await?;
    ensure!(hub.status("moved").await?["state"] == "fresh", "{}", hub.status("moved").await?);
    for status in [404, 500] {
        sources.set("/gone", raw(&format!("{status} -\r\ncontent-encoding: gzip"), &bomb));
        hub.register(&format!("gone-{status}"), &sources.url("/gone")).await?;
        let seen = hub.status(&format!("gone-{status}")).await?;
        ensure!(seen["reason"] == "http-status" && seen["http_status"] == status, "{seen}");
    }
    let metrics = hub.get("/metrics").await?.text;
    let memory = metrics.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
    let memory: f64 = memory.unwrap_or_default().parse()?;
    ensure!(memory < 250e6, "{memory} bytes");
    Ok(())
}

#[tokio::test]
async fn a_tag_is_sent_back_as_it_came_or_not_at_all() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let body = index(&["capability.a"]).into_bytes();
    let tags =
        [format!("\"{}\"", "x".repeat(64 << 10)), "W/\"weak\"".into(), "no quotes, \"two\"".into(), String::new()];
    for (number, tag) in tags.iter().enumerate() {
        let (repo, path) = (format!("a-{number}"), format!("/{number}"));
        let url = sources.set(&path, Behaviour::Plain(body.clone(), format!("etag: {tag}\r\n")));
        hub.register(&repo, &url).await?;
        ensure!(hub.status(&repo).await?["state"] == "fresh", "{}", hub.status(&repo).await?);
        let report = hub.compose().await?;
        ensure!(report["failed"] == 0 && report["published"] == false, "{report}");
        let sent = sources.last_tag(&path);
        let expected = if tag.len() > 1000 { "" } else { tag.as_str() };
        ensure!(sent == expected, "`{sent}` for `{tag:.40}`");
    }
    Ok(())
}

#[tokio::test]
async fn lengths_that_contradict_the_body_give_no_index() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let body = index(&["capability.a", "capability.b"]);
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for (number, (headers, body)) in [
        ("content-length: 4294967296\r\n", body.as_str()),
        ("content-length: -1\r\n", &body),
        ("content-length: 0x20\r\n", &body),
        ("content-length: 10\r\ncontent-length: 20\r\n", &body),
        ("content-length: 10, 20\r\n", &body),
        ("transfer-encoding: chunked\r\n", &chunked[..chunked.len() / 2]),
        ("transfer-encoding: gzip, identity\r\ncontent-length: 10\r\n", &body),
        ("transfer-encoding: chunked\r\ncontent-length: 5\r\n", "zz\r\nversion: 1\r\n0\r\n\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}");
        let repo = format!("a-{number}");
        hub.register(&repo, &sources.set(&format!("/{number}"), Behaviour::Raw(answer.into_bytes()))).await?;
        let status = hub.status(&repo).await?;
        ensure!(status["state"] == "failed" && status["capability_count"] == 0, "{headers}: {status}");
    }
    ensure!(hub.get("/v1/federated").await?.json()["code"] == "nothing-published");
    Ok(())
}

#[tokio::test]
async fn further_addresses_in_an_index_are_never_asked_for() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let bait = sources.index("/bait", &index(&["capability.bait"]));
    let fields = [
        "homepage",
        "url",
        "schema",
        "$schema",
        "$ref",
        "icon",
        "path",
        "include",
        "includes",
        "source",
        "proxy",
        "proxy_url",
    ];
    let mut text = format!("version: 1\n$schema: {bait}\ninclude: [{bait}]\nproxy: {bait}\ncapabilities:\n");
    text.push_str("  - id: capability.a\n    name: A\n");
    for field in fields {
        text.push_str(&format!("    {field}: {bait}\n"));
    }
    hub.register("a", &sources.index("/a", &text)).await?;
    let document = hub.document().await?;
    ensure!(document["capabilities"][0]["homepage"] == bait.as_str(), "they are passed on as they are: {document}");
    for path in ["/", "/repos/a", "/v1/capabilities?q=a", "/v1/capabilities/capability.a", "/capabilities/capability.a"]
    {
        hub.get(path).await?;
    }
    let checked = hub.write(reqwest::Method::POST, "/v1/check", &json!({"url": sources.url("/a")})).await?;
    ensure!(checked.json()["valid"] == true, "{checked:?}");
    ensure!(sources.requests("/bait") == 0 && sources.requests("/a") >= 2);
    Ok(())
}

#[tokio::test]
async fn values_as_servers_send_them_are_read() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let text = index(&["capability.a"]);
    let packed = gzip(text.as_bytes())?;
    let padded = [&packed[..], &[0; 512]].concat();
    for (number, (encoding, body)) in [
        ("utf-8", text.as_bytes()),
        ("binary", text.as_bytes()),
        ("none", text.as_bytes()),
        ("", text.as_bytes()),
        ("x-gzip", &packed),
        ("gzip\r\ncontent-encoding: identity", &packed),
        ("gzip", &padded),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("/{number}");
        let url = sources.set(&path, Behaviour::Plain(body.to_vec(), format!("content-encoding: {encoding}\r\n")));
        hub.register(&format!("a-{number}"), &url).await?;
        let status = hub.status(&format!("a-{number}")).await?;
        ensure!(status["state"] == "fresh", "{encoding}: {status}");
    }
    sources.index("/capacit%C3%A9s.yaml", &text);
    let moved = Behaviour::Redirect("/capacités.yaml".into());
    hub.register("moved", &sources.set("/moved", moved)).await?;
    ensure!(hub.status("moved").await?["state"] == "fresh", "{}", hub.status("moved").await?);
    Ok(())
}

#[tokio::test]
async fn what_a_server_says_at_length_is_not_repeated() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let long = "x".repeat(60_000);
    for (number, behaviour) in [
        Behaviour::Plain(b"a: 1".to_vec(), format!("content-encoding: {long}\r\n")),
        raw(&format!("302 -\r\nlocation: http://{long}.example/"), b""),
        raw(&format!("302 -\r\nlocation: http://{long}@example.org/"), b""),
    ]
    .into_iter()
    .enumerate()
    {
        let repo = format!("a-{number}");
        hub.register(&repo, &sources.set(&format!("/{number}"), behaviour)).await?;
        let seen = hub.get(&format!("/v1/repos/{repo}")).await?;
        ensure!(seen.text.len() < 4000, "{:.2000}", seen.text);
        let path = format!("/v1/repos/{repo}/refresh");
        let refreshed = hub.write(reqwest::Method::POST, &path, &serde_json::Value::Null).await?;
        ensure!(refreshed.status == 200 && refreshed.text.len() < 4000, "{:.2000}", refreshed.text);
    }
    Ok(())
}
