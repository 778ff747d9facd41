//! `cargo xtask fuzz`: runs every target in `fuzz/` for some seconds, with a stable toolchain.

use crate::say;
use crate::tools;
use crate::workspace::{Workspace, run};
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// The instrumentation flags of `cargo fuzz`. They do not need nightly, unlike the sanitizers, which find
/// little in code without `unsafe`.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-sanitizer-coverage-stack-depth --cfg fuzzing \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 -Ccodegen-units=1";

/// Longest time for one input, in wall-clock seconds: generous, since machines are shared.
const LONGEST_INPUT: u32 = 10;

/// Memory limit of a target, in MiB.
const MOST_MEMORY: u32 = 512;

/// Builds the targets and runs each for `seconds`, as many in parallel as there are processors.
pub(crate) fn fuzz(seconds: &str, only: &[&str]) -> Result<()> {
    let seconds: u32 = seconds.parse().context("`--seconds` needs an integer")?;
    let workspace = Workspace::locate()?;
    tools::prepare_cpp()?;
    let folder = workspace.root().join("fuzz");
    let targets = targets(&folder)?;
    if let Some(unknown) = only.iter().find(|name| !targets.iter().any(|target| target == *name)) {
        bail!("`{unknown}` is not one of {}", targets.join(", "));
    }
    let chosen: Vec<String> =
        targets.into_iter().filter(|target| only.is_empty() || only.contains(&target.as_str())).collect();
    let binaries = build(&workspace, &folder)?;

    let waiting = Mutex::new(chosen.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(target) = waiting.lock().ok().and_then(|mut waiting| waiting.next()) {
                    match run_target(&folder, &binaries, target, seconds) {
                        Ok(line) => say(&line),
                        Err(error) => {
                            say(&format!("{target}: {error:#}"));
                            failed.lock().iter_mut().for_each(|failed| failed.push(target.as_str()));
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    if failed.is_empty() { Ok(()) } else { bail!("fuzzing found something in {}", failed.join(", ")) }
}

/// The names of all targets, in order.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(folder.join("fuzz_targets")).context("there are no fuzz targets")? {
        names.extend(file?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Builds every target, and returns the folder of the binaries.
fn build(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let target = workspace.target().join("fuzz");
    let host = host()?;
    // With an explicit target, even this machine's own, build scripts and macros are not instrumented.
    run(workspace
        .cargo()
        .current_dir(folder)
        .env("RUSTFLAGS", RUSTFLAGS)
        .args(["build", "--release", "--locked", "--target", &host, "--target-dir"])
        .arg(&target))?;
    Ok(target.join(host).join("release"))
}

fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot start `rustc`")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` reports no host")
}

/// Runs one target, starting with its seeds, and returns a line with the number of executions.
fn run_target(folder: &Path, binaries: &Path, target: &str, seconds: u32) -> Result<String> {
    let (corpus, artifacts) = (folder.join("corpus").join(target), folder.join("artifacts").join(target));
    for made in [&corpus, &artifacts] {
        fs::create_dir_all(made).with_context(|| format!("cannot create {}", made.display()))?;
    }
    let log = binaries.join(format!("{target}.log"));
    let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let binary = binaries.join(target);
    // New inputs are written to the first folder.
    let status = Command::new(&binary)
        .arg(&corpus)
        .arg(folder.join("seeds").join(target))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={LONGEST_INPUT}"))
        .arg(format!("-rss_limit_mb={MOST_MEMORY}"))
        .arg("-print_final_stats=1")
        .stdout(file.try_clone()?)
        .stderr(file)
        .status()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !status.success() {
        let found = text.lines().find_map(|line| line.split_once("Test unit written to ")).map(|(_, path)| path);
        let why = text.lines().find(|line| line.contains("panicked at") || line.contains("ERROR: libFuzzer"));
        bail!(
            "{} ({status}); its output is in {}\n  again: {} {}",
            why.unwrap_or("it failed"),
            log.display(),
            binary.display(),
            found.unwrap_or_default()
        );
    }
    let stat = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)?.trim_start_matches(':').trim().parse::<u64>().ok())
    };
    let executions = stat("stat::number_of_executed_units").context("it did not report its executions")?;
    let memory = stat("stat::peak_rss_mb").unwrap_or_default();
    Ok(format!("{target:<14}{executions:>10} executions in {seconds} s, {memory} MiB"))
}
