//! Podman with its own store, so that tests neither see nor change the machine's images.

use super::tools::{output, root};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The bills of materials of the program and of the component.
pub const SBOMS: [&str; 2] = ["reuse-surface.cdx.json", "hub-component.cdx.json"];

/// Podman's store; its containers are removed with it.
pub struct Engine {
    folder: TempDir,
}

impl Engine {
    /// Creates a store with an image `localhost/base`, which has only the C library that the program is linked to.
    pub fn start() -> Result<Self> {
        let engine = Self { folder: TempDir::new()? };
        output(engine.podman("build").args(["--isolation", "chroot", "--tag", "localhost/base"]).arg(base()?))?;
        Ok(engine)
    }

    /// `podman VERB`, as root and without systemd, cgroups v2 or a registry.
    pub fn podman(&self, verb: &str) -> Command {
        let mut command = Command::new("podman");
        command
            .arg("--root")
            .arg(self.folder.path().join("store"))
            .arg("--runroot")
            .arg(self.folder.path().join("run"));
        command.args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "file"]);
        command.args(["--runtime", "runc", "--log-level", "fatal", verb]);
        command
    }

    /// Builds `target` of the repository's Dockerfile on the base image, and returns the image's configuration.
    pub fn build(&self, target: &str) -> Result<Value> {
        let arguments = [
            "HUB_BASE=localhost/base",
            "SPIN_BASE=localhost/base",
            "ARTIFACTS=prebuilt",
            "VERSION=9.8.7",
            "REVISION=abc",
        ];
        let mut build = self.podman("build");
        // Only Docker's format has health checks.
        build.args(["--isolation", "chroot", "--format", "docker", "--target", target, "--tag", target]);
        for argument in arguments {
            build.args(["--build-arg", argument]);
        }
        output(build.arg(context()?))?;
        let inspected: Value = serde_json::from_str(&output(self.podman("image").args(["inspect", target]))?)?;
        Ok(inspected[0].clone())
    }

    /// Starts a container without network, writable root file system or capabilities, with the volume `data` at /data.
    pub fn run(&self, image: &str, environment: &[&str], more: &[&str]) -> Result<Container<'_>> {
        let mut run = self.podman("run");
        run.args(["--detach", "--network", "none", "--read-only", "--read-only-tmpfs=false", "--volume", "data:/data"]);
        run.args(["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]);
        // Podman's default limits may exceed the machine's.
        run.args(["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]);
        for variable in environment {
            run.args(["--env", variable]);
        }
        let id = output(run.args(more).arg(image))?.trim().to_owned();
        Ok(Container { engine: self, id })
    }
}

/// A container; removed when dropped.
pub struct Container<'a> {
    engine: &'a Engine,
    id: String,
}

impl Container<'_> {
    /// Runs a command inside.
    pub fn exec(&self, words: &[&str]) -> Command {
        let mut exec = self.engine.podman("exec");
        exec.arg(&self.id).args(words);
        exec
    }

    /// Runs the image's own health check.
    pub fn health_check(&self) -> Command {
        let mut check = self.engine.podman("healthcheck");
        check.args(["run", &self.id]);
        check
    }

    /// Inspects the container with `format`.
    pub fn inspect(&self, format: &str) -> Result<String> {
        Ok(output(self.engine.podman("inspect").args(["--format", format, &self.id]))?.trim().to_owned())
    }

    /// The log of the container.
    pub fn log(&self) -> Result<String> {
        let output = self.engine.podman("logs").arg(&self.id).output()?;
        Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
    }

    /// Stops the container and returns its exit code.
    pub fn stop(&self) -> Result<String> {
        output(self.engine.podman("stop").args(["--time", "30", &self.id]))?;
        self.inspect("{{.State.ExitCode}}")
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // The store is deleted as well; this stops the process.
        let _ = self.engine.podman("rm").args(["--force", "--time", "0", &self.id]).output();
    }
}

/// A build context with the libraries that `ldd` lists.
fn base() -> Result<&'static Path> {
    static BASE: OnceLock<Result<TempDir, String>> = OnceLock::new();
    once(&BASE, |folder| {
        let libraries = output(Command::new("ldd").arg(end_to_end::binary()))?;
        let paths = libraries.split_whitespace().filter(|word| word.starts_with('/'));
        for path in paths {
            copy(Path::new(path), &folder.join("root").join(path.trim_start_matches('/')))?;
        }
        Ok(std::fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY root/ /\n")?)
    })
}

/// A build context with the compiled files that the Dockerfile uses instead of compiling.
fn context() -> Result<&'static Path> {
    static CONTEXT: OnceLock<Result<TempDir, String>> = OnceLock::new();
    once(&CONTEXT, |folder| {
        for file in ["Dockerfile", "spin.toml", "deploy/spin/runtime-config.toml"] {
            copy(&root().join(file), &folder.join(file))?;
        }
        let (binary, dist) = (end_to_end::binary(), folder.join("dist"));
        std::fs::create_dir_all(dist.join("data"))?;
        std::fs::create_dir_all(dist.join("sbom"))?;
        for sbom in SBOMS {
            std::fs::write(dist.join("sbom").join(sbom), format!("{{\"of\": \"{sbom}\"}}"))?;
        }
        output(Command::new("strip").arg("-o").arg(dist.join("reuse-surface")).arg(&binary))?;
        copy(&component(&binary)?, &dist.join("hub_component.wasm"))
    })
}

/// The component that `cargo xtask build` built for the binary.
pub fn component(binary: &Path) -> Result<PathBuf> {
    let target = binary.parent().and_then(Path::parent).context("the binary is in no target folder")?;
    Ok(target.join("wasm32-wasip2/component-dev/hub_component.wasm"))
}

fn once(
    cell: &'static OnceLock<Result<TempDir, String>>,
    fill: impl FnOnce(&Path) -> Result<()>,
) -> Result<&'static Path> {
    let made = cell.get_or_init(|| {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        fill(folder.path()).map_err(|error| format!("{error:#}"))?;
        Ok(folder)
    });
    made.as_ref().map(TempDir::path).map_err(|error| anyhow::anyhow!("{error}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to.parent().context("no folder")?)?;
    std::fs::copy(from, to).with_context(|| format!("{} cannot be copied", from.display())).map(drop)
}
