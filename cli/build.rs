//! Puts the hub component into the binary: `hub.wasm` and `hub.cwasm` in `OUT_DIR`, empty where they have not been built yet, so
//! that `cargo check` and editors work on a fresh clone.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs, io};

const OVERRIDE: &str = "REUSE_SURFACE_COMPONENT";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let wasm = match env::var_os(OVERRIDE) {
        Some(path) => existing(PathBuf::from(path))?,
        None => {
            let profile = if env::var("PROFILE")? == "release" { "release" } else { "component-dev" };
            target_folder(&out)?.join("wasm32-wasip2").join(profile).join("hub_component.wasm")
        }
    };
    let compiled = wasm.with_extension("cwasm");

    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    // A path that does not exist counts as changed, so what is built later is picked up then.
    println!("cargo::rerun-if-changed={}", wasm.display());
    println!("cargo::rerun-if-changed={}", compiled.display());

    copy_or_empty(&wasm, &out.join("hub.wasm"))?;
    let out_compiled = out.join("hub.cwasm");
    if modified(&compiled) >= modified(&wasm) {
        copy_or_empty(&compiled, &out_compiled)?;
    } else {
        // It was compiled from another component; compiling at start-up is slow, but correct.
        fs::write(out_compiled, [])?;
    }
    Ok(())
}

fn existing(path: PathBuf) -> Result<PathBuf, String> {
    if path.is_file() { Ok(path) } else { Err(format!("{OVERRIDE} names {}, which is not a file", path.display())) }
}

/// Cargo's target folder, which `OUT_DIR` is in: `[<triple>/]<profile>/build/<package>/out`.
fn target_folder(out: &Path) -> Result<&Path, Box<dyn Error>> {
    let folder = out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target folder")?;
    let for_a_triple = folder.file_name().is_some_and(|name| Some(name) == env::var_os("TARGET").as_deref());
    Ok(if for_a_triple { folder.parent().unwrap_or(folder) } else { folder })
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn copy_or_empty(from: &Path, to: &Path) -> io::Result<()> {
    match fs::read(from) {
        Ok(bytes) => fs::write(to, bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(to, []),
        Err(error) => Err(error),
    }
}
