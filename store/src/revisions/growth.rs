//! How many capabilities each domain had in past revisions.

use crate::StoreError;
use crate::database::Transaction;
use crate::row::Reader;
use crate::statement::Statement;
use federation::time::Seconds;
use std::collections::BTreeMap;

/// The newest revisions that are considered.
const MAX_REVISIONS: u64 = 1000;
/// The most revisions that are returned.
const MAX_SAMPLES: u64 = 60;
/// The domains that are counted separately; the others are counted together.
const MAX_DOMAINS: usize = 6;

/// A revision whose capabilities were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its number.
    pub revision: u64,
    /// When it was composed.
    pub composed_at: Seconds,
}

/// The capabilities by domain over up to 60 revisions.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// The revisions, oldest first.
    pub samples: Vec<Sample>,
    /// The largest domains of the newest revision, each with its capabilities in each sample.
    pub domains: Vec<(String, Vec<i64>)>,
    /// The capabilities of all other domains in each sample.
    pub others: Vec<i64>,
}

/// Samples the newest 1,000 revisions. Their changes are summed by the database, back from the newest composition: what
/// is read depends on what these revisions changed, what is returned has at most 421 rows.
pub async fn growth(tx: &mut impl Transaction) -> Result<Growth, StoreError> {
    let ends = format!(
        "SELECT min(number), max(number) FROM (SELECT number FROM revisions ORDER BY number DESC LIMIT {MAX_REVISIONS}) kept"
    );
    let rows = tx.query(&ends, Vec::new()).await?;
    let Some((oldest, newest)) = rows.first().and_then(|row| {
        let mut row = Reader::of(row);
        Some((row.count::<u64>().ok()?, row.count::<u64>().ok()?))
    }) else {
        return Ok(Growth::default());
    };
    let intervals = MAX_SAMPLES.saturating_sub(1).min(newest - oldest);
    let place = |column: &str| match intervals {
        0 => "0".to_owned(),
        // Rounded up: a sample contains the changes up to its revision.
        _ => format!("(({column} - {oldest}) * {intervals} + {}) / {}", newest - oldest - 1, newest - oldest),
    };
    let samples = samples(tx, oldest, &place("number")).await?;
    let (names, now, others) = current(tx).await?;
    let changes = changes(tx, oldest, &place("a.revision"), &names).await?;
    let back = |name: &str, now: i64| {
        let mut left = now;
        let mut counts: Vec<i64> = samples
            .keys()
            .rev()
            .map(|place| {
                let count = left;
                left -= changes.get(&(*place, name.to_owned())).copied().unwrap_or_default();
                count
            })
            .collect();
        counts.reverse();
        counts
    };
    let domains = names.iter().zip(&now).map(|(name, now)| (name.clone(), back(name, *now))).collect();
    let others = back("", others);
    Ok(Growth { samples: samples.into_values().collect(), domains, others })
}

async fn samples(tx: &mut impl Transaction, oldest: u64, place: &str) -> Result<BTreeMap<i64, Sample>, StoreError> {
    let sql =
        format!("SELECT {place} AS place, max(number), max(composed_at) FROM revisions WHERE number >= $1 GROUP BY 1");
    let rows = tx.query(&sql, vec![oldest.into()]).await?;
    let read = |row: &crate::database::Row| {
        let mut row = Reader::of(row);
        Ok((row.integer()?, Sample { revision: row.count()?, composed_at: row.integer()? }))
    };
    rows.iter().map(read).collect()
}

/// The largest domains of the newest revision, their capabilities, and those of all others.
async fn current(tx: &mut impl Transaction) -> Result<(Vec<String>, Vec<i64>, i64), StoreError> {
    let sql = format!(
        "SELECT domain, CAST(sum(capability_count) AS BIGINT), (SELECT CAST(coalesce(sum(capability_count), 0) AS BIGINT) FROM composition)
         FROM composition GROUP BY domain ORDER BY 2 DESC, domain LIMIT {MAX_DOMAINS}"
    );
    let (mut names, mut counts, mut rest) = (Vec::new(), Vec::new(), 0);
    for row in tx.query(&sql, Vec::new()).await? {
        let mut row = Reader::of(&row);
        names.push(row.string()?);
        counts.push(row.integer()?);
        rest = row.integer()?;
    }
    let others = rest - counts.iter().sum::<i64>();
    Ok((names, counts, others))
}

/// By how many capabilities each of these domains grew in each sample after the first; `""` is for all others.
async fn changes(
    tx: &mut impl Transaction,
    oldest: u64,
    place: &str,
    names: &[String],
) -> Result<BTreeMap<(i64, String), i64>, StoreError> {
    let mut s = Statement::default();
    s.push("SELECT place, name, CAST(sum(grown) AS BIGINT) FROM (");
    let named = |s: &mut Statement, column: &str| {
        let names: Vec<String> = names.iter().map(|name| s.bind(name.as_str())).collect();
        let names = if names.is_empty() { "''".to_owned() } else { names.join(", ") };
        format!("CASE WHEN {column} IN ({names}) THEN {column} ELSE '' END")
    };
    let name = named(&mut s, "a.domain");
    let since = s.bind(oldest);
    s.push(&format!(
        "SELECT {place} AS place, {name} AS name, a.capability_count AS grown FROM revision_sources a WHERE a.revision > {since} UNION ALL "
    ));
    let name = named(&mut s, "b.domain");
    let since = s.bind(oldest);
    s.push(&format!(
        "SELECT {place}, {name}, -b.capability_count FROM revision_sources a JOIN revision_sources b ON b.repo = a.repo AND b.revision =
         (SELECT max(x.revision) FROM revision_sources x WHERE x.repo = a.repo AND x.revision < a.revision) WHERE a.revision > {since}
         ) changes GROUP BY 1, 2"
    ));
    let mut changes = BTreeMap::new();
    for row in tx.query(&s.sql, s.parameters).await? {
        let mut row = Reader::of(&row);
        changes.insert((row.integer()?, row.string()?), row.integer()?);
    }
    Ok(changes)
}
