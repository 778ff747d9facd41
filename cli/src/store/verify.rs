//! Whether a database is whole: what SQLite can tell, and what the digests in it can.

use std::io::Read as _;

use federation::compose::{Filter, Format, SourceLine};
use federation::digest::Digest;
use federation::limits::MAX_DECODED_BYTES;
use federation::time::{Seconds, rfc3339};
use flate2::read::GzDecoder;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::mend::mend;
use crate::offline::{Composition, Contribution, Lock};

/// What a whole database holds.
#[derive(Debug)]
pub(crate) struct Verified {
    /// The newest revision; `None` before the first.
    pub(crate) newest: Option<Newest>,
    /// How many repos are registered.
    pub(crate) repos: usize,
    /// How many capabilities the newest revision has.
    pub(crate) capabilities: usize,
    /// How many snapshots were compared with their digests.
    pub(crate) snapshots: usize,
    /// How many fragments were damaged, and were taken out.
    pub(crate) mended: usize,
}

/// The newest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) number: u64,
    pub(crate) digest: Digest,
    pub(crate) composed_at: Seconds,
}

/// Verifies a database that nobody else uses, and mends what can be made anew from the rest of it.
///
/// # Errors
/// What is wrong, for people.
pub(crate) fn verify(database: &Connection) -> Result<Verified, String> {
    check_structure(database)?;
    let snapshots = check_snapshots(database)?;
    let mended = mend(database)?;
    let newest = newest(database)?;
    let lines = composition(database).map_err(|error| error.to_string())?;
    let capabilities = match &newest {
        Some(newest) => compose(database, newest, lines)?,
        None if lines.is_empty() => 0,
        None => return Err("it has sources, and no revision that they belong to".to_owned()),
    };
    let repos = database.query_row("SELECT count(*) FROM registrations", [], |row| count(row, 0));
    Ok(Verified { newest, repos: repos.map_err(|error| error.to_string())?, capabilities, snapshots, mended })
}

fn check_structure(database: &Connection) -> Result<(), String> {
    let check = || -> rusqlite::Result<Vec<String>> {
        let mut statement = database.prepare("PRAGMA integrity_check(3)")?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    let findings = check().map_err(|error| error.to_string())?;
    if findings != ["ok"] {
        return Err(findings.join("; "));
    }
    let is_hub = database.prepare("SELECT max(version) FROM migrations").is_ok();
    if !is_hub {
        return Err("it is no database of a hub: it has no table `migrations`".to_owned());
    }
    let dangling = database.prepare("PRAGMA foreign_key_check").and_then(|mut statement| statement.exists([]));
    match dangling.map_err(|error| error.to_string())? {
        true => Err("rows refer to rows that are not there".to_owned()),
        false => Ok(()),
    }
}

fn check_snapshots(database: &Connection) -> Result<usize, String> {
    let mut statement = database.prepare("SELECT digest, body FROM snapshots").map_err(|error| error.to_string())?;
    let mut rows = statement.query([]).map_err(|error| error.to_string())?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(|error| error.to_string())? {
        let (name, body): (String, Vec<u8>) =
            row.get(0).and_then(|name| Ok((name, row.get(1)?))).map_err(|error| error.to_string())?;
        if Digest::of(&unpack(&body)?).as_str() != name {
            return Err(format!("the snapshot {name} has other content"));
        }
        count += 1;
    }
    Ok(count)
}

fn unpack(body: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_DECODED_BYTES).unwrap_or(u64::MAX);
    GzDecoder::new(body).take(most + 1).read_to_end(&mut bytes).map_err(|error| format!("a snapshot: {error}"))?;
    Ok(bytes)
}

/// The newest revision of a database, whoever uses it.
pub(super) fn newest(database: &Connection) -> Result<Option<Newest>, String> {
    let row = database
        .query_row("SELECT number, digest, composed_at FROM revisions ORDER BY number DESC LIMIT 1", [], |row| {
            Ok((count(row, 0)?, row.get::<_, String>(1)?, row.get(2)?))
        })
        .optional()
        .map_err(|error| error.to_string())?;
    let Some((number, digest, composed_at)) = row else { return Ok(None) };
    let digest = Digest::parse(&digest).ok_or_else(|| format!("`{digest}` is not a digest"))?;
    Ok(Some(Newest { number, digest, composed_at }))
}

fn composition(database: &Connection) -> rusqlite::Result<Vec<SourceLine>> {
    let mut statement = database
        .prepare("SELECT repo, url, domain, required, index_digest, capability_count FROM composition ORDER BY repo")?;
    let lines = statement.query_map([], |row| {
        let digest: String = row.get(4)?;
        Ok(SourceLine {
            repo: row.get(0)?,
            url: row.get(1)?,
            domain: row.get(2)?,
            required: row.get(3)?,
            index_digest: Digest::parse(&digest).ok_or(rusqlite::Error::InvalidQuery)?,
            capability_count: count(row, 5)?,
        })
    })?;
    lines.collect()
}

/// A number that cannot be negative.
fn count<N: TryFrom<i64>>(row: &Row<'_>, column: usize) -> rusqlite::Result<N> {
    let number = row.get(column)?;
    N::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Composes the newest revision from its snapshots; gives how many capabilities it has.
fn compose(database: &Connection, newest: &Newest, lines: Vec<SourceLine>) -> Result<usize, String> {
    let mut contributions = Vec::with_capacity(lines.len());
    for line in &lines {
        let named = |why: String| format!("{}: {why}", line.repo);
        let body: Option<Vec<u8>> = database
            .query_row("SELECT body FROM snapshots WHERE digest = ?1", [line.index_digest.as_str()], |row| row.get(0))
            .optional()
            .map_err(|error| named(error.to_string()))?;
        let bytes = unpack(&body.ok_or_else(|| named("its snapshot is missing".to_owned()))?).map_err(named)?;
        contributions.push(Contribution::new(line.clone().into(), &bytes).map_err(named)?);
    }
    let sources = lines.into_iter().map(Into::into).collect();
    let lock = Lock::new(newest.number, Some(rfc3339(newest.composed_at)), sources);
    if lock.digest() != newest.digest {
        return Err(format!("revision {} has digest {}, its sources {}", newest.number, newest.digest, lock.digest()));
    }
    let composition = Composition::new(&lock, Filter::default(), contributions);
    composition.render(Format::Json).map_err(|failure| failure.what)?;
    Ok(composition.capability_count())
}
