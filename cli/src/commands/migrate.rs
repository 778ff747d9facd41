//! `reuse-surface migrate`.

use std::path::Path;

use serde_json::json;
use store::file;
use store::migrations::migrate;
use store::moving::{Moved, move_all};
use store::postgres::{self, Connect, Postgres};
use store::sqlite::Sqlite;
use tempfile::NamedTempFile;
use tokio_postgres::Client;

use super::backup::keep;
use crate::args::{DatabaseUrl, Migrate, Place};
use crate::clock;
use crate::env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Opens connections to one server.
#[derive(Clone)]
struct Server {
    url: String,
    authority: Option<String>,
}

impl Connect for Server {
    type Connection = Client;

    async fn open(&self) -> Result<Client, postgres::Failure> {
        let opened = runtime::postgres_client(&self.url, self.authority.as_deref()).await;
        opened.map_err(|error| postgres::Failure { code: None, text: format!("{error:#}") })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(work);
    }
}

pub(super) async fn run(args: &Migrate, output: &Output) -> Result<Exit, Failure> {
    let server = |url: &Option<DatabaseUrl>| {
        let url = url.as_ref().map(|url| url.0.to_string()).or_else(env::database_url).ok_or_else(|| {
            Failure::new(Exit::Usage, "nobody said which PostgreSQL")
                .hint(format!("set {} to its URL", env::DATABASE_URL))
        })?;
        Ok::<_, Failure>(Postgres::new(Server { url, authority: args.database_ca.clone() }))
    };
    let moved = match (&args.from, &args.to) {
        (Place::Sqlite(from), Place::Postgres(to)) => into_postgres(from, &server(to)?).await?,
        (Place::Postgres(from), Place::Sqlite(to)) => into_file(&server(from)?, to).await?,
        _ => {
            return Err(Failure::new(Exit::Usage, "both databases are of one kind")
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
            Some((number, digest)) => text.line(format!("revision {number}, {digest}: composed again and equal")),
            None => text.line("no revision yet"),
        }
        text.line(format!("{rows} rows of {} tables, counted on both sides", moved.rows.len()));
    })?;
    Ok(Exit::Done)
}

fn failed(why: impl ToString) -> Failure {
    Failure::new(Exit::Refused, "the database was not moved")
        .because([why.to_string()])
        .hint("nothing has changed in the database that is read; the other one is unusable until the command succeeds, so run it again")
}

/// Moves a copy of the file, which has the newest schema even if the file has not.
async fn into_postgres(from: &Path, to: &Postgres<Server>) -> Result<Moved, Failure> {
    if !from.is_file() {
        return Err(failed(format!("there is no file {}", from.display())));
    }
    let copy = beside(from)?;
    file::copy(from, copy.path()).map_err(failed)?;
    file::verify(copy.path()).await.map_err(failed)?;
    let source = Sqlite::at(copy.path());
    migrate(&source, clock::now()).await.map_err(failed)?;
    move_all(&source, &source, to, clock::now()).await.map_err(failed)
}

/// Fills a file that gets its name once it is complete and verified.
async fn into_file(from: &Postgres<Server>, to: &Path) -> Result<Moved, Failure> {
    let (work, copy) = (beside(to)?, beside(to)?);
    let target = Sqlite::at(work.path());
    migrate(&target, clock::now()).await.map_err(failed)?;
    let moved = move_all(&target, from, &target, clock::now()).await.map_err(failed)?;
    // One file, without the log beside it.
    file::copy(work.path(), copy.path()).map_err(failed)?;
    file::verify(copy.path()).await.map_err(failed)?;
    keep(copy, to, false)?;
    Ok(moved)
}

/// A file in the same folder, which has room for a database.
fn beside(path: &Path) -> Result<NamedTempFile, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    tempfile::Builder::new().prefix(".migrate-").tempfile_in(folder).map_err(failed)
}
