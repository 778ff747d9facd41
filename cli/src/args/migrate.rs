//! `reuse-surface migrate`.

use super::serve::{DatabaseUrl, database};
use crate::env;
use clap::Args;
use std::path::PathBuf;

/// Move a hub's database from SQLite to PostgreSQL or back
///
/// All rows are copied from one snapshot of the database, which is not changed, and counted. The newest revision is composed again from the
/// copy and must have the same digest. Stop the hub first if it writes to the database that is read: what it writes in the meantime is not
/// copied. A file in a data directory on which `serve` runs is refused. Until the copy is complete, every hub refuses the new database, and
/// the command can be run again.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  reuse-surface migrate --from sqlite:data/reuse-surface.db --to postgres
  reuse-surface migrate --from postgres --to sqlite:backup.db

`postgres` stands for the database in REUSE_SURFACE_DATABASE_URL, which keeps the password out of the arguments. The file that is written is a backup \
like those of `reuse-surface backup`.")]
pub(crate) struct Migrate {
    /// The database to read: sqlite:PATH, postgres, or postgres://…
    #[arg(long, value_name = "DATABASE", value_parser = place)]
    pub(crate) from: Place,

    /// The database to fill, in the same notation; it must be empty, and a file must not exist
    #[arg(long, value_name = "DATABASE", value_parser = place)]
    pub(crate) to: Place,

    /// The certificate of the CA that must have issued PostgreSQL's certificate, as PEM [default: the CAs that this machine trusts]
    #[arg(long, value_name = "PEM", env = env::DATABASE_CA, hide_env_values = true)]
    pub(crate) database_ca: Option<String>,
}

/// Where a database is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// PostgreSQL, at the URL in the environment unless one is given.
    Postgres(Option<DatabaseUrl>),
}

fn place(text: &str) -> Result<Place, String> {
    if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        return Ok(Place::Sqlite(path.into()));
    }
    if text == "postgres" {
        return Ok(Place::Postgres(None));
    }
    let url = database(text).map_err(|_| "write sqlite:PATH, postgres, or postgres://…".to_owned())?;
    Ok(Place::Postgres(Some(url)))
}
