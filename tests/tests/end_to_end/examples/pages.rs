//! Runs every `sh` block of the README and the other pages in order, with a separate hub for each page.

use super::block::fenced;
use super::shell;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, TOKEN};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../");

/// A file of another standard, for the page that registers one.
const CATALOG_INFO: &str = include_str!("../../../../federation/tests/formats/catalog-info.yaml");

/// Blocks that are not run: the page, how the block begins, and why.
const NOT_RUN: [(&str, &str, &str); 8] = [
    ("README.md", "cargo xtask serve ", "builds the workspace: what runs this test did that"),
    ("README.md", "REUSE_SURFACE_TOKEN=choose-one cargo xtask serve", "does not end: the test has a hub"),
    ("README.md", "python3 -m http.server", "does not end: the test serves the same files"),
    (
        "docs/RegistryFederation.md",
        "reuse-surface hub upstream set ",
        "wants a hub with a public URL, and another one: `upstreams.rs` has them",
    ),
    ("README.md", "spin build", "needs Spin and does not end"),
    (
        "docs/reliability.md",
        "reuse-surface backup ",
        "wants a hub that is stopped in between: the suite `reliability` does it",
    ),
    ("docs/reliability.md", "export REUSE_SURFACE_ROUNDS=", "builds the workspace and takes long"),
    ("CONTRIBUTING.md", "cargo xtask serve ", "builds the workspace: what runs this test did that"),
];

/// README.md, AGENTS.md, CONTRIBUTING.md and the pages directly in `docs/`.
fn pages() -> Result<Vec<String>> {
    let mut pages: Vec<String> = ["README.md", "AGENTS.md", "CONTRIBUTING.md"].map(str::to_owned).into();
    for entry in fs::read_dir(Path::new(ROOT).join("docs"))? {
        let name = entry?.file_name().into_string().ok().context("a name in UTF-8")?;
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    pages.sort();
    Ok(pages)
}

/// A directory with a clone's files under `registry/`.
fn clone() -> Result<TempDir> {
    let folder = TempDir::new()?;
    for part in ["registry/indexes", "registry/federation"] {
        fs::create_dir_all(folder.path().join(part))?;
        for entry in fs::read_dir(Path::new(ROOT).join(part))? {
            let from: PathBuf = entry?.path();
            let name = from.file_name().context("a name")?;
            fs::copy(&from, folder.path().join(part).join(name))?;
        }
    }
    Ok(folder)
}

#[tokio::test]
async fn the_commands_of_every_page_do_what_they_say() -> Result<()> {
    let mut left_out = Vec::new();
    for page in pages()? {
        let text = fs::read_to_string(Path::new(ROOT).join(&page))?;
        let (hub, sources, folder) = (Hub::start()?, Sources::start()?, clone()?);
        let own = fs::read_to_string(folder.path().join("registry/indexes/capabilities.yaml"))?;
        let sibling = fs::read_to_string(folder.path().join("registry/indexes/state-hub.yaml"))?;
        sources.index("/capabilities.yaml", &own);
        let sibling = sources.index("/state-hub.yaml", &sibling);
        sources.index("/raw/my-repo/registry/indexes/capabilities.yaml", &own);
        sources.index("/raw/my-repo/catalog-info.yaml", CATALOG_INFO);
        // The README itself registers this source.
        if page != "README.md" {
            hub.register("state-hub", &sibling).await?;
        }
        for (line, lines) in fenced(&text, "sh") {
            let block = lines.join("\n");
            let named = NOT_RUN.iter().position(|(on, begins, _)| *on == page && block.starts_with(begins));
            if let Some(named) = named {
                left_out.push(named);
                continue;
            }
            let commands = block
                .replace("http://127.0.0.1:8090", &sources.url(""))
                .replace("https://git.example.org", &sources.url(""))
                .replace("http://127.0.0.1:8080", hub.base())
                .replace("https://reuse.coulomb.social", hub.base())
                .replace("TOKEN=choose-one", &format!("TOKEN={TOKEN}"))
                .replace("TOKEN=…", &format!("TOKEN={TOKEN}"));
            shell::run(&commands, folder.path(), &hub).with_context(|| format!("{page}, line {line}"))?;
        }
        let listing = hub.get("/v1/repos").await?.json();
        ensure!(listing["total"].as_u64() >= Some(1), "{page} left no registration: {listing}");
    }
    left_out.sort_unstable();
    ensure!(left_out == (0..NOT_RUN.len()).collect::<Vec<_>>(), "an exception has no block, or two: {left_out:?}");
    Ok(())
}
