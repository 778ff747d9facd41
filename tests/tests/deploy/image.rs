//! The images, built with podman as root from compiled files, on a base image with only the C library.

use super::engine::{Container, Engine, SBOMS, component};
use super::rendered::texts;
use super::tools::{output, read};
use anyhow::{Context as _, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

const TOKEN: &str = "REUSE_SURFACE_TOKEN=a-token-for-tests-only";
const HERE: &str = "http://127.0.0.1:8080";

/// Maximum compressed size in MiB of the stripped debug build; a release build is smaller.
const MAX_IMAGE_MIB: u64 = 48;

/// Runs the image's health check until it succeeds.
fn until_healthy(container: &Container<'_>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        if container.health_check().output()?.status.success() {
            return Ok(());
        }
        let is_running = container.inspect("{{.State.Running}}")? == "true";
        ensure!(is_running && Instant::now() < deadline, "not healthy: {}", container.log()?);
    }
}

#[test]
fn the_hub_runs_without_rights_and_its_data_outlives_the_container() -> Result<()> {
    let engine = Engine::start()?;
    let image = engine.build("hub")?;
    let config = &image["Config"];
    ensure!(config["User"] == "65532:65532" && config["Volumes"] == json!({"/data": {}}), "{config}");
    ensure!(texts(&config["Entrypoint"]) == ["reuse-surface"] && texts(&config["Cmd"])[0] == "serve", "{config}");
    ensure!(config["ExposedPorts"] == json!({"8080/tcp": {}}), "{config}");
    let label = |name: &str| config["Labels"][format!("org.opencontainers.image.{name}")].as_str().unwrap_or_default();
    ensure!(label("version") == "9.8.7" && label("revision") == "abc" && label("licenses") == "Apache-2.0", "{config}");
    ensure!(label("source").starts_with("https://") && !label("title").is_empty(), "{config}");

    is_small_and_owns_its_volume(&engine)?;
    judges_an_index_in_a_pipeline(&engine)?;

    let hub = engine.run("hub", &[TOKEN], &[])?;
    until_healthy(&hub)?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", hub.inspect("{{.State.Pid}}")?))?;
    let of_process = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    ensure!(of_process("Uid:") == ["65532"; 4] && of_process("NoNewPrivs:") == ["1"], "{status}");
    ensure!(of_process("CapEff:") == ["0000000000000000"] && of_process("CapBnd:") == ["0000000000000000"], "{status}");

    let register = ["reuse-surface", "--base-url", HERE, "hub", "register", "--repo", "kept", "--domain", "test"];
    let later = ["--url", "https://example.org/i.yaml", "--no-check", "--disabled"];
    output(&mut hub.exec(&[&register[..], &later].concat()))?;
    let show = ["reuse-surface", "--base-url", HERE, "hub", "show", "--repo", "kept", "-o", "json"];
    let before: Value = serde_json::from_str(&output(&mut hub.exec(&show))?)?;
    let smoke = output(&mut hub.exec(&["reuse-surface", "--base-url", HERE, "smoke"]))?;
    ensure!(smoke.contains("ok       round-trip"), "{smoke}");
    ensure!(hub.stop()? == "0", "{}", hub.log()?);

    // Another container on the same volume, with its token in a file, as Kubernetes mounts a Secret.
    let mounted = tempfile::TempDir::new()?;
    std::fs::write(mounted.path().join("token"), "another-token\n")?;
    std::fs::set_permissions(mounted.path(), std::fs::Permissions::from_mode(0o755))?;
    let volume = format!("{}:/run/secrets/reuse-surface:ro", mounted.path().display());
    let hub =
        engine.run("hub", &["REUSE_SURFACE_TOKEN_FILE=/run/secrets/reuse-surface/token"], &["--volume", &volume])?;
    until_healthy(&hub)?;
    let smoke = output(&mut hub.exec(&["reuse-surface", "--base-url", HERE, "smoke"]))?;
    ensure!(smoke.contains("ok       round-trip"), "{smoke}");
    let after: Value = serde_json::from_str(&output(&mut hub.exec(&show))?)?;
    ensure!(before == after && after["repo"] == "kept", "{before}\n{after}");
    Ok(())
}

/// Checks the size that the image adds to its base, and the owner of the volume, which is initialised from the image's directory.
fn is_small_and_owns_its_volume(engine: &Engine) -> Result<()> {
    let mounted = output(engine.podman("image").args(["mount", "hub"]))?.trim().to_owned();
    let mut counted = GzEncoder::new(Counter(0), Compression::default());
    io::copy(&mut std::fs::File::open(format!("{mounted}/usr/local/bin/reuse-surface"))?, &mut counted)?;
    let size = counted.finish()?.0;
    ensure!(size < MAX_IMAGE_MIB << 20, "{} KiB compressed", size >> 10);
    has_its_bills_of_materials(&mounted)?;
    let owner = output(std::process::Command::new("stat").args(["--format", "%u:%g", &format!("{mounted}/data")]))?;
    ensure!(owner.trim() == "65532:65532", "{owner}");
    Ok(())
}

/// Validates an index as docs/RegistryFederation.md shows for CI: through standard input, because the engine may not see the pipeline's files.
fn judges_an_index_in_a_pipeline(engine: &Engine) -> Result<()> {
    for (index, code) in [("version: 1\ncapabilities: []\n", 0), ("version: 1\n", 1)] {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), index)?;
        let mut run = engine.podman("run");
        run.args(["--rm", "--interactive", "--network", "none", "--ulimit", "nofile=4096:4096"]);
        run.args(["--ulimit", "nproc=4096:4096", "hub", "index", "validate", "-"]).stdin(file.reopen()?);
        let ran = run.output()?;
        ensure!(ran.status.code() == Some(code), "{ran:?}");
    }
    Ok(())
}

fn has_its_bills_of_materials(mounted: &str) -> Result<()> {
    for sbom in SBOMS {
        ensure!(std::fs::read_to_string(format!("{mounted}/usr/share/sbom/{sbom}"))?.contains(sbom), "{sbom}");
    }
    Ok(())
}

/// Counts the bytes written.
struct Counter(u64);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The flags of `spin up` and of its HTTP trigger in 4.1 that are used here.
const SPIN_FLAGS: [&str; 6] = [
    "--from",
    "--listen",
    "--runtime-config-file",
    "--request-timeout",
    "--max-instance-reuse-count",
    "--idle-instance-timeout",
];

#[test]
fn the_spin_image_holds_the_same_component_where_the_manifest_says() -> Result<()> {
    let engine = Engine::start()?;
    let config = engine.build("spin")?["Config"].clone();
    ensure!(config["User"] == "65532:65532" && config["Volumes"] == json!({"/data": {}}), "{config}");
    ensure!(texts(&config["Entrypoint"]) == ["/usr/local/bin/spin"], "{config}");
    // Spin's compilation cache survives the container.
    ensure!(texts(&config["Env"]).contains(&"XDG_CACHE_HOME=/data/.cache"), "{config}");
    let command = texts(&config["Cmd"]);
    let flags: Vec<&str> = command.iter().copied().filter(|word| word.starts_with("--")).collect();
    ensure!(command[0] == "up" && flags.iter().all(|flag| SPIN_FLAGS.contains(flag)), "{command:?}");

    let mounted = output(engine.podman("image").args(["mount", "spin"]))?.trim().to_owned();
    has_its_bills_of_materials(&mounted)?;
    let value = |flag: &str| {
        let position = command.iter().position(|word| *word == flag);
        position.and_then(|position| command.get(position + 1)).copied().unwrap_or_default()
    };
    let manifest = std::fs::read_to_string(format!("{mounted}{}", value("--from")))?;
    ensure!(manifest == read("spin.toml")?);
    let source = manifest
        .lines()
        .find_map(|line| line.strip_prefix("source = \"").and_then(|rest| rest.strip_suffix('"')))
        .context("no source")?;
    let inside = std::fs::read(format!("{mounted}/app/{source}"))?;
    ensure!(inside == std::fs::read(component(&end_to_end::binary())?)?, "another component");
    let runtime = std::fs::read_to_string(format!("{mounted}{}", value("--runtime-config-file")))?;
    ensure!(runtime == read("deploy/spin/runtime-config.toml")? && runtime.contains("path = \"/data/"), "{runtime}");
    Ok(())
}
