//! `reuse-surface federation compose`.

mod inputs;
mod locked;
mod refreshed;
mod report;

use self::report::Report;
use crate::args::{DocumentFormat, FederationCompose};
use crate::commands::transparency::prove_locked;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::offline::log::Proven;
use crate::offline::{Composition, Lock, Manifest, may_replace, replace};
use crate::output::Output;
use federation::compose::{Filter, Format};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) async fn run(args: &FederationCompose, output: &Output) -> Result<Exit, Failure> {
    let manifest = Manifest::read(&args.manifest)?;
    let lock_path = Manifest::lock_path(&args.manifest);
    let known = Lock::read(&lock_path)?;
    let target = target(args);
    if let Some(path) = &target {
        may_replace(path, &DOCUMENT, args.force)?;
        if same_file(path, &lock_path) {
            return Err(Failure::new(Exit::Usage, format!("{} is the path of the lock file", path.display()))
                .hint("choose another file with --output"));
        }
    }
    let inputs = if args.locked {
        locked::inputs(&manifest, &lock_path, known, output)?
    } else {
        refreshed::inputs(&manifest, &args.release, known.as_ref(), output).await?
    };
    let proven = proven(args, &inputs.lock, &lock_path)?;
    inputs.reports.iter().for_each(|report| report.warn(output));
    let composition = Composition::new(&inputs.lock, Filter::default(), inputs.contributions);
    let refused = report::required(&inputs.reports);
    if refused.is_none() {
        let (format, to) = (document_format(args.format), target.as_ref());
        let document = composition.render(format)?;
        match to {
            None => output.raw(document.as_bytes())?,
            Some(path) => {
                replace(path, document.as_bytes())?;
                if !args.locked {
                    inputs.lock.write(&lock_path)?;
                }
            }
        }
    }
    if let Some(path) = &target {
        show(path, &composition, &inputs.reports, proven.as_ref(), refused.is_none(), output)?;
    }
    match refused.or_else(|| report::missing(&inputs.reports)) {
        Some(failure) => Err(failure),
        None => Ok(Exit::Done),
    }
}

/// What the lock proves about its revision.
fn proven(args: &FederationCompose, lock: &Lock, path: &Path) -> Result<Option<Proven>, Failure> {
    let is_demanded = args.trust.log_key.is_some() || !args.trust.witness.is_empty();
    match lock.leaf() {
        _ if !args.locked && is_demanded => {
            Err(Failure::new(Exit::Usage, "only a lock file can prove that its revision is in a log")
                .hint("add --locked, or leave out --log-key and --witness"))
        }
        _ if !args.locked => Ok(None),
        Some(leaf) => prove_locked(&args.trust, lock.log.as_ref(), &leaf),
        None if !is_demanded => Ok(None),
        None => {
            let what = format!("{} does not lock a revision of a hub, so no log can contain it", path.display());
            Err(Failure::new(Exit::Refused, what).hint("fetch one with `reuse-surface hub sync --log-key KEY`"))
        }
    }
}

/// Says what became of each source, and what was written to `path`.
fn show(
    path: &Path,
    composition: &Composition,
    reports: &[Report],
    proven: Option<&Proven>,
    written: bool,
    output: &Output,
) -> Result<(), Failure> {
    let document = composition.document();
    let value = json!({
        "written": written,
        "output": path.display().to_string(),
        "revision": document.revision,
        "digest": document.digest,
        "capability_count": composition.capability_count(),
        "sources": reports,
        "log": proven,
    });
    output.result(&value, |text| {
        report::describe(text, reports);
        if written {
            text.line(format!(
                "{}: revision {}, {} capabilities of {} sources",
                path.display(),
                document.revision,
                composition.capability_count(),
                document.sources.len()
            ));
            if let Some(proven) = proven {
                text.line(format!("revision {} is {}", document.revision, proven.sentence()));
            }
        }
    })
}

/// The beginning of a document, in both formats.
const DOCUMENT: [&str; 2] = ["version: 1\nrevision: ", "{\"version\":1,\"revision\":"];

/// Whether both paths name the same file, which need not exist.
fn same_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::canonicalize(path).ok().or_else(|| Some(fs::canonicalize(folder).ok()?.join(path.file_name()?)))
    };
    place(one).is_some_and(|place_of_one| place(other) == Some(place_of_one))
}

/// The output file; `None` for standard output.
fn target(args: &FederationCompose) -> Option<PathBuf> {
    match args.file.as_deref() {
        Some("-") => None,
        Some(path) => Some(path.into()),
        None => Some(args.manifest.with_file_name(format!("federated.{}", document_format(args.format).as_str()))),
    }
}

fn document_format(format: DocumentFormat) -> Format {
    match format {
        DocumentFormat::Yaml => Format::Yaml,
        DocumentFormat::Json => Format::Json,
    }
}
