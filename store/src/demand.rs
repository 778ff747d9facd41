//! What is missing: questions that found nothing or little.
//!
//! A question is shown once three different clients have asked it. Until then, a mark of twelve bits is kept for each client: a digest
//! of its address and the question, which some million addresses share. Times are days.

use crate::database::{Database, Row, Transaction, Value, write_with};
use crate::row::Reader;
use crate::{StoreError, row::SoleColumn as _};
use federation::digest::Digest;
use federation::search::NormalisedQuestion;
use federation::time::Seconds;

/// Migration step: creates the table of unanswered questions. `asker` is a mark of the client that asked first, for the daily limit; -1 afterwards.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE demand (
        stems TEXT PRIMARY KEY NOT NULL, words TEXT NOT NULL, clients INTEGER NOT NULL, marks TEXT NOT NULL, asker INTEGER NOT NULL,
        days INTEGER NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL)",
    "CREATE INDEX demand_new ON demand (first_day, asker)",
    "CREATE INDEX demand_most ON demand (clients, days DESC, last_day DESC, stems)",
];

const DAY: Seconds = 24 * 60 * 60;
/// Clients that must have asked before a question is shown.
const MIN_CLIENTS: i64 = 3;
/// Questions that are kept in all.
const MAX_QUESTIONS: i64 = 5_000;
/// New questions that one client may bring in a day.
const NEW_PER_CLIENT: i64 = 20;
/// Days after which a question that is not asked again is forgotten: before it is shown, and after.
const FORGOTTEN: (i64, i64) = (30, 180);

/// A question that at least three clients asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Its words.
    pub words: String,
    /// The number of days on which it was asked.
    pub days: u64,
    /// The beginning of the first of these days.
    pub first_asked: Seconds,
    /// The beginning of the last of these days.
    pub last_asked: Seconds,
}

/// What is known of a question before it is noted.
struct Known {
    clients: i64,
    marks: String,
    last_day: i64,
}

/// Remembers that a client asked a question in vain. What is known already is not written again.
pub async fn note(
    database: &impl Database,
    asked: &NormalisedQuestion,
    client: &str,
    now: Seconds,
) -> Result<(), StoreError> {
    let today = now.div_euclid(DAY);
    let mark = format!("{:03x}", mark(&[&asked.stems, client]));
    let asker = mark_of_day(today, client);
    let ask = || -> Vec<Value> { vec![asked.stems.as_str().into(), today.into(), asker.into()] };
    // Most questions are decided by this read, without blocking a writer.
    if !is_news(&database.query(KNOWN, ask()).await?, &mark, today)? {
        return Ok(());
    }
    write_with(database, async |tx| {
    let rows = tx.query(KNOWN, ask()).await?;
    if !is_news(&rows, &mark, today)? {
        return Ok(());
    }
    match known(&rows)? {
        Some(known) => update(tx, &asked.stems, known, &mark, today).await?,
        None => {
            make_room(tx, today).await?;
            tx.query(
                "INSERT INTO demand (stems, words, clients, marks, asker, days, first_day, last_day) VALUES ($1, $2, 1, $3, $4, 1, $5, $5)",
                vec![asked.stems.as_str().into(), asked.words.as_str().into(), mark.into(), asker.into(), today.into()],
            )
            .await?;
        }
    }
    Ok(())
    })
    .await
}

/// The question, if it is known, and how many new ones its client brought today.
const KNOWN: &str = "SELECT clients, marks, last_day FROM demand WHERE stems = $1
     UNION ALL SELECT count(*), NULL, 0 FROM demand WHERE first_day = $2 AND asker = $3";

fn known(rows: &[Row]) -> Result<Option<Known>, StoreError> {
    for row in rows {
        let mut row = Reader::of(row);
        let (clients, marks, last_day) = (row.integer()?, row.optional(Reader::string)?, row.integer()?);
        if let Some(marks) = marks {
            return Ok(Some(Known { clients, marks, last_day }));
        }
    }
    Ok(None)
}

/// Whether there is anything to write.
fn is_news(rows: &[Row], mark: &str, today: i64) -> Result<bool, StoreError> {
    match known(rows)? {
        Some(known) => Ok(known.last_day < today || (known.clients < MIN_CLIENTS && !known.has(mark))),
        None => rows.first().map_or(Ok(true), |row| Ok(Reader::of(row).integer()? < NEW_PER_CLIENT)),
    }
}

impl Known {
    fn has(&self, mark: &str) -> bool {
        self.marks.split(' ').any(|known| known == mark)
    }
}

async fn update(
    tx: &mut impl Transaction,
    stems: &str,
    known: Known,
    mark: &str,
    today: i64,
) -> Result<(), StoreError> {
    let is_new = known.clients < MIN_CLIENTS && !known.has(mark);
    let clients = known.clients + i64::from(is_new);
    let marks = match is_new {
        _ if clients >= MIN_CLIENTS => String::new(),
        true => format!("{} {mark}", known.marks),
        false => known.marks,
    };
    tx.query(
        "UPDATE demand SET clients = $1, marks = $2, days = days + $3, last_day = $4 WHERE stems = $5",
        vec![
            clients.into(),
            marks.into(),
            i64::from(known.last_day < today).into(),
            known.last_day.max(today).into(),
            stems.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Forgets questions that are no longer asked and, if there are too many, those of the fewest clients.
async fn make_room(tx: &mut impl Transaction, today: i64) -> Result<(), StoreError> {
    let (pending, shown) = FORGOTTEN;
    tx.query(
        "DELETE FROM demand WHERE last_day < $1 OR (clients < $2 AND last_day < $3)",
        vec![(today - shown).into(), MIN_CLIENTS.into(), (today - pending).into()],
    )
    .await?;
    tx.query("UPDATE demand SET asker = -1 WHERE first_day < $1 AND asker >= 0", vec![today.into()]).await?;
    let rows = tx.query("SELECT count(*) FROM demand", Vec::new()).await?;
    let over = rows.first().map_or(Ok(0), |row| row.integer())? + 1 - MAX_QUESTIONS;
    if over > 0 {
        tx.query(
            "DELETE FROM demand WHERE stems IN (SELECT stems FROM demand ORDER BY clients, last_day, stems LIMIT $1)",
            vec![over.into()],
        )
        .await?;
    }
    Ok(())
}

/// The questions that at least three clients asked, those asked on the most days first.
pub async fn most_asked(tx: &mut impl Transaction, limit: usize) -> Result<Vec<Unanswered>, StoreError> {
    let sql = "SELECT words, days, first_day, last_day FROM demand WHERE clients >= $1 ORDER BY days DESC, last_day DESC, stems LIMIT $2";
    let rows = tx.query(sql, vec![MIN_CLIENTS.into(), limit.into()]).await?;
    let read = |row: &Row| {
        let mut row = Reader::of(row);
        Ok(Unanswered {
            words: row.string()?,
            days: row.count()?,
            first_asked: row.integer()? * DAY,
            last_asked: row.integer()? * DAY,
        })
    };
    rows.iter().map(read).collect()
}

fn mark_of_day(day: i64, client: &str) -> i64 {
    mark(&[&day.to_string(), client])
}

/// Twelve bits of a digest.
fn mark(of: &[&str]) -> i64 {
    let digest = Digest::of(of.join("\0").as_bytes());
    digest.hex().get(..3).and_then(|hex| i64::from_str_radix(hex, 16).ok()).unwrap_or_default()
}
