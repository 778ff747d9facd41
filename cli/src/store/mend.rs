//! Fragments of a copy, rendered anew from their snapshots where they do not match their digests: a backup is to be whole.

use federation::compose::Fragment;
use federation::digest::Digest;
use federation::index;
use rusqlite::{Connection, params};

use super::verify::unpack;

/// A fragment by snapshot, repo and domain.
struct Key(String, String, String);

/// Mends the fragments of a database whose snapshots are whole; gives how many.
///
/// # Errors
/// When one of them cannot be made anew, for people.
pub(super) fn mend(database: &Connection) -> Result<usize, String> {
    if database.prepare("SELECT json_digest FROM fragments").is_err() {
        // Of an older version: they get their digests when a hub starts with it.
        return Ok(0);
    }
    let damaged = damaged(database).map_err(|error| error.to_string())?;
    for key in &damaged {
        replace(database, key).map_err(|why| format!("the fragment of {} is damaged: {why}", key.1))?;
    }
    Ok(damaged.len())
}

fn damaged(database: &Connection) -> rusqlite::Result<Vec<Key>> {
    // As bytes, since what is damaged may be no text.
    let mut statement = database.prepare(
        "SELECT digest, repo, domain, CAST(json AS BLOB), CAST(yaml AS BLOB), CAST(ids AS BLOB),
         json_digest, yaml_digest, ids_digest FROM fragments",
    )?;
    let mut rows = statement.query([])?;
    let mut damaged = Vec::new();
    while let Some(row) = rows.next()? {
        let mut whole = true;
        for part in 3..6 {
            let bytes = row.get_ref(part)?.as_blob_or_null()?.unwrap_or_default();
            whole &= row.get_ref(part + 3)?.as_bytes().is_ok_and(|it| it == Digest::of(bytes).as_str().as_bytes());
        }
        if !whole {
            damaged.push(Key(row.get(0)?, row.get(1)?, row.get(2)?));
        }
    }
    Ok(damaged)
}

fn replace(database: &Connection, Key(digest, repo, domain): &Key) -> Result<(), String> {
    let text = |error: rusqlite::Error| error.to_string();
    let body: Vec<u8> =
        database.query_row("SELECT body FROM snapshots WHERE digest = ?1", [digest], |row| row.get(0)).map_err(text)?;
    let index = index::check(&unpack(&body)?).index.ok_or("its snapshot is not valid")?;
    let Fragment { json, yaml, ids } = Fragment::render(repo, domain, &index).map_err(|error| error.to_string())?;
    let ids = serde_json::to_string(&ids).map_err(|error| error.to_string())?;
    let [of_json, of_yaml, of_ids] = [&json, &yaml, &ids].map(|part| Digest::of(part.as_bytes()));
    database
        .execute(
            "UPDATE fragments SET json = ?4, yaml = ?5, ids = ?6, json_digest = ?7, yaml_digest = ?8, ids_digest = ?9
             WHERE digest = ?1 AND repo = ?2 AND domain = ?3",
            params![digest, repo, domain, json, yaml, ids, of_json.as_str(), of_yaml.as_str(), of_ids.as_str()],
        )
        .map_err(text)?;
    Ok(())
}
