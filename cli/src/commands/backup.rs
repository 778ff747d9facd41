//! `reuse-surface backup`.

use super::postgres::{self, beside};
use crate::args::Backup;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use federation::time::rfc3339;
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;
use store::file::{self, Verified};
use tempfile::NamedTempFile;

pub(super) async fn run(args: &Backup, output: &Output) -> Result<Exit, Failure> {
    let (path, file) = (&args.path, file::database(&args.data_dir));
    let name = path.display();
    let source = if args.database_url.is_some() { "PostgreSQL".to_owned() } else { file.display().to_string() };
    let refused = |why: String| Failure::new(Exit::Refused, format!("{name} was not written")).because([why]);
    if args.database_url.is_none() && !file.is_file() {
        return Err(refused(format!("there is no database at {source}"))
            .hint("set --data-dir to the data directory of the hub, or --database-url to its database"));
    }
    if path.exists() && !args.force {
        return Err(exists(name.to_string()));
    }
    let copy = beside(path).map_err(|why| refused(why.to_string()))?;
    match &args.database_url {
        Some(url) => {
            let database = postgres::database(url.0.to_string(), args.database_ca.as_deref());
            let copied = postgres::copy(&database, copy.path()).await;
            copied.map_err(|why| {
                refused(why.to_string())
                    .hint("check --database-url, and that a hub of this version has started on that database")
            })?;
        }
        None => file::copy(&file, copy.path()).map_err(|why| refused(why.to_string()))?,
    }
    let not_whole = |why: file::FileError| {
        refused(format!("the copy is damaged: {why}"))
            .hint("the database itself is damaged: keep all existing backups, and see docs/reliability.md")
    };
    let verified = file::verify(copy.path()).await.map_err(not_whole)?;
    let mended = file::mend(copy.path()).await.map_err(not_whole)?;
    if mended > 0 {
        output.warn(&format!(
            "{mended} fragments in {source} are damaged: the copy omits them, and a hub renders them again from their snapshots; check the disk"
        ));
    }
    let bytes = copy.as_file().metadata().map_or(0, |file| file.len());
    keep(copy, path, args.force)?;
    let mut value = facts(&verified, mended);
    value["path"] = json!(path);
    value["bytes"] = json!(bytes);
    output.result(&value, |text| {
        text.line(format!("{name}: {}, {bytes} bytes, verified", sentence(&verified)));
    })?;
    Ok(Exit::Done)
}

fn exists(name: String) -> Failure {
    Failure::new(Exit::Refused, format!("{name} already exists"))
        .hint("choose another name, or replace it with --force")
}

/// Gives the copy its name durably, so that it survives a power cut.
pub(super) fn keep(copy: NamedTempFile, path: &Path, force: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Refused, format!("{} was not written", path.display())).because([error.to_string()])
    };
    copy.as_file().sync_all().map_err(failed)?;
    let folder = copy.path().parent().map(Path::to_owned);
    match if force { copy.persist(path) } else { copy.persist_noclobber(path) } {
        Ok(_) => {}
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(exists(path.display().to_string()));
        }
        Err(error) => return Err(failed(error.error)),
    }
    folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all()).map_err(failed)
}

/// A summary of a database as JSON.
pub(super) fn facts(verified: &Verified, mended: usize) -> Value {
    let newest = verified.newest.as_ref();
    json!({
        "revision": newest.map_or(0, |newest| newest.number),
        "digest": newest.map(|newest| newest.digest.as_str()),
        "composed_at": newest.map(|newest| rfc3339(newest.composed_at)),
        "repos": verified.repos,
        "capabilities": verified.capabilities,
        "snapshots": verified.snapshots,
        "mended": mended,
    })
}

/// A summary of a database as a sentence.
pub(super) fn sentence(verified: &Verified) -> String {
    let counts =
        format!("{} repos, {} capabilities, {} snapshots", verified.repos, verified.capabilities, verified.snapshots);
    match &verified.newest {
        Some(newest) => format!("revision {}, {}, {counts}", newest.number, newest.digest),
        None => format!("no revision yet, {counts}"),
    }
}
