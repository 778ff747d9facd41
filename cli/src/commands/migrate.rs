//! `reuse-surface migrate`.

use super::backup::keep;
use super::postgres::{self, Server, beside};
use crate::args::{DatabaseUrl, Migrate, Place};
use crate::clock;
use crate::env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use serde_json::json;
use std::fs::File;
use std::path::Path;
use store::StoreError;
use store::file;
use store::migrations::migrate;
use store::moving::{Moved, move_all};
use store::postgres::Postgres;
use store::sqlite::Sqlite;

pub(super) async fn run(args: &Migrate, output: &Output) -> Result<Exit, Failure> {
    let server = |url: &Option<DatabaseUrl>| {
        let url = url.as_ref().map(|url| url.0.to_string()).or_else(env::database_url).ok_or_else(|| {
            Failure::new(Exit::Usage, "no PostgreSQL database is set")
                .hint(format!("set {} to its URL", env::DATABASE_URL))
        })?;
        Ok::<_, Failure>(postgres::database(url, args.database_ca.as_deref()))
    };
    let moved = match (&args.from, &args.to) {
        (Place::Sqlite(from), Place::Postgres(to)) => into_postgres(from, &server(to)?).await?,
        (Place::Postgres(from), Place::Sqlite(to)) => into_file(&server(from)?, to).await?,
        _ => {
            return Err(Failure::new(Exit::Usage, "both databases are of the same kind")
                .hint("move between SQLite and PostgreSQL; copy a file with `reuse-surface backup`"));
        }
    };
    let rows: u64 = moved.rows.iter().map(|(_, rows)| rows).sum();
    let value = json!({
        "revision": moved.newest.as_ref().map_or(0, |(number, _)| *number),
        "digest": moved.newest.as_ref().map(|(_, digest)| digest.as_str()),
        "rows": rows,
        "tables": moved.rows.iter().map(|(table, rows)| (table.clone(), json!(rows))).collect::<serde_json::Map<_, _>>(),
    });
    output.result(&value, |text| {
        match &moved.newest {
            Some((number, digest)) => text.line(format!("revision {number}, {digest}: composed again, identical")),
            None => text.line("no revision yet"),
        }
        text.line(format!("{rows} rows of {} tables, counted on both sides", moved.rows.len()));
    })?;
    Ok(Exit::Done)
}

fn failed(why: impl ToString) -> Failure {
    Failure::new(Exit::Refused, "the database was not moved")
        .because([why.to_string()])
        .hint("the database that is read was not changed; the other one is unusable until the command succeeds, so run it again")
}

/// Moves a copy of the file, which has the newest schema even if the file does not.
async fn into_postgres(from: &Path, to: &Postgres<Server>) -> Result<Moved, Failure> {
    if !from.is_file() {
        return Err(failed(format!("there is no file {}", from.display())));
    }
    // Held until the end, so that no hub writes into the file while it is moved, or afterwards until it is started again.
    let _lock = lock(from)?;
    let copy = beside(from).map_err(failed)?;
    file::copy(from, copy.path()).map_err(failed)?;
    file::verify(copy.path()).await.map_err(failed)?;
    let source = Sqlite::at(copy.path());
    migrate(&source, clock::now()).await.map_err(failed)?;
    move_all(&source, &source, to, clock::now()).await.map_err(|error| match error {
        StoreError::NotEmpty => failed(error).hint(
            "nothing was changed; stop the hubs that use the database that is to be filled, and name an empty one",
        ),
        error => failed(error),
    })
}

/// The lock of the data directory that the file is in; `None` if no `serve` ever used that directory.
fn lock(file: &Path) -> Result<Option<File>, Failure> {
    let Some(folder) = file.parent().filter(|folder| runtime::is_data_dir(folder)) else { return Ok(None) };
    runtime::lock_data_dir(folder).map(Some).map_err(|error| {
        failed(format!("{error:#}"))
            .hint("nothing was changed; stop the hub that uses this directory first, so that no write is lost")
    })
}

/// Fills a file that gets its name once it is complete and verified.
async fn into_file(from: &Postgres<Server>, to: &Path) -> Result<Moved, Failure> {
    let copy = beside(to).map_err(failed)?;
    let moved = postgres::copy(from, copy.path()).await.map_err(failed)?;
    file::verify(copy.path()).await.map_err(failed)?;
    keep(copy, to, false)?;
    Ok(moved)
}
