//! Executes every `http` block of the specification against a hub with the sources that the specification uses.

mod block;
mod fits;
mod pages;
mod shell;

use crate::confined::confined_with;
use anyhow::{Context as _, Result, ensure};
use block::{Block, fenced};
use end_to_end::{Answer, Hub, Sources, TOKEN, index};
use federation::digest::Digest;
use federation::transparency::{Kind, SigningKey};
use reqwest::Method;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/FederationHubAPI.md");
/// The origin of the indexes in the specification.
const ORIGIN: &str = "https://git.example.org";

/// The federation in the specification: `state-hub` is fresh, `lease-hub` held, `broken` failed; three revisions.
struct Federation {
    hub: Hub,
    sources: Sources,
}

impl Federation {
    async fn start() -> Result<Self> {
        let key = SigningKey::new("reuse.coulomb.social", Kind::Log, &[1; 32])?;
        let folder = TempDir::new()?;
        let file = folder.path().join("log.key");
        fs::write(&file, key.secret())?;
        let file = file.to_str().context("a path in UTF-8")?;
        // Identifiers contain the host of the hub.
        let hub = confined_with(&["--public-url", "https://reuse.coulomb.social", "--log-key-file", file])?;
        let federation = Self { hub, sources: Sources::start()? };
        let token = serde_json::json!({"name": "ci-lease-hub", "scopes": ["repos:write:lease-*"]});
        let answer = federation.hub.write(Method::POST, "/v1/tokens", &token).await?;
        ensure!(answer.status == 201, "{}", answer.text);
        let leases: Vec<String> = (0..10).map(|i| format!("capability.lease.n{i}")).collect();
        let leases: Vec<&str> = leases.iter().map(String::as_str).collect();
        federation.register("lease-hub", &index(&leases)).await?;
        federation.register("state-hub", &index(&["capability.state.publish"])).await?;
        federation.publish("lease-hub", &index(&leases[..1]));
        federation.publish("state-hub", &published());
        federation.register("broken", "version: 1\ncapabilities:\n- id: Capability.Broken\n  name: Broken\n").await?;
        let listing = federation.sources.index("/coulomb.yaml", "sources: []\n");
        let catalogue = serde_json::json!({"name": "coulomb", "kind": "list", "url": listing, "domain": "infotech"});
        let answer = federation.hub.write(Method::POST, "/v1/catalogues", &catalogue).await?;
        ensure!(answer.status == 201, "{}", answer.text);
        let upstream = serde_json::json!({"url": federation.sources.url("")});
        let answer = federation.hub.write(Method::PUT, "/v1/upstreams/acme", &upstream).await?;
        ensure!(answer.status == 201, "{}", answer.text);
        Ok(federation)
    }

    fn publish(&self, repo: &str, text: &str) -> String {
        self.sources.index(&format!("/coulomb/{repo}/raw/branch/main/registry/indexes/capabilities.yaml"), text)
    }

    async fn register(&self, repo: &str, text: &str) -> Result<()> {
        let body = serde_json::json!({"repo": repo, "url": self.publish(repo, text), "domain": "infotech"});
        let answer = self.hub.write(Method::POST, "/v1/repos", &body).await?;
        ensure!(answer.status == 201, "{}", answer.text);
        self.hub.compose().await.map(drop)
    }

    async fn answer(&self, block: &Block) -> Result<Answer> {
        let path = block.path.replace("DIGEST", Digest::of(published().as_bytes()).hex());
        let mut request = self.hub.request(block.method.clone(), &path);
        for (name, value) in &block.headers {
            let value = match name.to_ascii_lowercase().as_str() {
                "authorization" => value.replace("$REUSE_SURFACE_TOKEN", TOKEN),
                "if-match" => self.hub.get(&path).await?.header("etag").to_owned(),
                _ => value.clone(),
            };
            request = request.header(name, value);
        }
        self.hub.send(request.body(block.body.replace(ORIGIN, &self.sources.url("")))).await
    }
}

/// The index of `state-hub`.
fn published() -> String {
    "version: 1\ncapabilities:\n- id: capability.state.publish\n  name: Publish state\n  \
     summary: Publishes a change of shared state to every subscriber.\n  status: stable\n  owner: coulomb\n  \
     path: docs/capabilities/publish.md\n  tags: [state, events]\n"
        .to_owned()
}

fn blocks() -> Result<Vec<Block>> {
    Block::all(&fs::read_to_string(SPEC)?)
}

#[tokio::test]
async fn the_hub_answers_as_the_specification_shows() -> Result<()> {
    let mut wrong = Vec::new();
    let read = Federation::start().await?;
    for block in blocks()? {
        // Each write gets its own hub, so that no example depends on another.
        let written = if block.method == Method::GET { None } else { Some(Federation::start().await?) };
        let answer = written.as_ref().unwrap_or(&read).answer(&block).await?;
        if let Err(difference) = fits::answer(&block, &answer) {
            wrong.push(format!("line {}: {} {}: {difference}\n{}", block.line, block.method, block.path, answer.text));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}

#[tokio::test]
async fn every_operation_has_an_example() -> Result<()> {
    let document: Value = Hub::start()?.get("/openapi.json").await?.json();
    let blocks = blocks()?;
    let mut missing = Vec::new();
    for (template, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, _) in item.as_object().into_iter().flatten() {
            if !blocks.iter().any(|block| block.is_of(method, template)) {
                missing.push(format!("{method} {template}"));
            }
        }
    }
    ensure!(missing.is_empty(), "specs/FederationHubAPI.md has no `http` block for {missing:?}");
    Ok(())
}

#[tokio::test]
async fn the_commands_of_the_specification_do_what_it_says() -> Result<()> {
    let federation = Federation::start().await?;
    let mut printed = String::new();
    for (line, text) in fenced(&fs::read_to_string(SPEC)?, "sh") {
        let folder = TempDir::new()?;
        let out =
            shell::run(&text.join("\n"), folder.path(), &federation.hub).with_context(|| format!("line {line}"))?;
        ensure!(!out.is_empty(), "line {line} prints nothing");
        printed.push_str(&out);
    }
    let document = federation.hub.document().await?;
    let digest = document["digest"].as_str().unwrap_or_default().trim_start_matches("sha256:");
    ensure!(printed.contains(&format!("{digest}  -")), "{digest} is not in:\n{printed}");
    ensure!(printed.matches(" is whole").count() == 2, "{printed}");
    Ok(())
}
