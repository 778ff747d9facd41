//! Facets: how many capabilities of the newest revision each domain, repo, status and tag has.
//!
//! Domains and repos are counted from the composition. Statuses and tags are counted when a contribution is published:
//! for its repo, and by the difference for its domain and in total. So reading a facet reads neither entries nor the counts
//! of every repo.

use crate::database::{Row, Transaction, Value};
use crate::row::Reader;
use crate::statement::Statement;
use crate::{StoreError, revisions, search};
use federation::compose::SourceLine;
use std::collections::BTreeMap;

/// Migration step: creates the tables that count statuses and tags. In `facet_totals`, the domain `''` stands for all.
pub(super) const TABLES: &[&str] = &[
    "CREATE TABLE facet_counts (
        repo TEXT NOT NULL, domain TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, entries INTEGER NOT NULL,
        PRIMARY KEY (repo, kind, value))",
    "CREATE TABLE facet_totals (
        domain TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, entries INTEGER NOT NULL, PRIMARY KEY (domain, kind, value))",
    "CREATE INDEX facet_totals_most ON facet_totals (domain, kind, entries DESC, value)",
];

/// Values of each facet that are listed; the others are counted.
const MAX_LISTED: usize = 20;
/// Tags, and statuses, that are kept of one repo: the most frequent ones.
const MAX_VALUES_PER_REPO: usize = 1000;
/// The longest status or tag that is kept, in characters.
const MAX_VALUE_CHARS: usize = 200;
/// Counts that one statement writes.
const ROWS_PER_STATEMENT: usize = 200;

/// The values of one facet, the most frequent first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facet {
    /// The 20 most frequent values, each with its number of capabilities.
    pub values: Vec<(String, usize)>,
    /// The number of values, including those that are not listed.
    pub total: usize,
}

/// The facets of the newest revision.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Capabilities by domain.
    pub domains: Facet,
    /// Capabilities by repo.
    pub repos: Facet,
    /// Capabilities by status, in lower case.
    pub statuses: Facet,
    /// Capabilities by tag, in lower case.
    pub tags: Facet,
}

/// The part of the revision that is counted; all of it by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct FacetScope<'a> {
    /// Only this domain. The domains themselves are all counted.
    pub domain: Option<&'a str>,
    /// Only this repo. The repos themselves are all counted.
    pub repo: Option<&'a str>,
}

/// Counts the facets of the newest revision in one statement, which returns at most 80 rows. It reads the composition, and
/// as many counts as there are statuses and tags.
pub async fn count(tx: &mut impl Transaction, within: FacetScope<'_>) -> Result<Facets, StoreError> {
    let mut s = Statement::default();
    s.push(
        "WITH counted AS (SELECT 'domain' AS kind, domain AS value, CAST(sum(capability_count) AS BIGINT) AS entries FROM composition
           WHERE capability_count > 0",
    );
    only(&mut s, "repo", within.repo);
    s.push(
        " GROUP BY domain UNION ALL SELECT 'repo', repo, capability_count FROM composition WHERE capability_count > 0",
    );
    only(&mut s, "domain", within.domain);
    if within.repo.is_some() {
        s.push(" UNION ALL SELECT kind, value, entries FROM facet_counts WHERE 1 = 1");
        only(&mut s, "repo", within.repo);
        only(&mut s, "domain", within.domain);
    } else {
        s.push(" UNION ALL SELECT kind, value, entries FROM facet_totals WHERE 1 = 1");
        only(&mut s, "domain", Some(within.domain.unwrap_or_default()));
    }
    s.push(&format!(
        "), ranked AS (SELECT kind, value, entries, row_number() OVER (PARTITION BY kind ORDER BY entries DESC, value) AS place,
           count(*) OVER (PARTITION BY kind) AS total FROM counted)
         SELECT kind, value, entries, total FROM ranked WHERE place <= {MAX_LISTED} ORDER BY kind, place"
    ));
    let mut facets = Facets::default();
    for row in tx.query(&s.sql, s.parameters).await? {
        let mut row = Reader::of(&row);
        let facet = match row.text()? {
            "domain" => &mut facets.domains,
            "repo" => &mut facets.repos,
            "status" => &mut facets.statuses,
            "tag" => &mut facets.tags,
            other => return Err(StoreError::Unreadable(format!("`{other}` is not a facet"))),
        };
        facet.values.push((row.string()?, row.count()?));
        facet.total = row.count()?;
    }
    Ok(facets)
}

fn only(s: &mut Statement, column: &str, value: Option<&str>) {
    if let Some(value) = value {
        let value = s.bind(value);
        s.push(&format!(" AND {column} = {value}"));
    }
}

/// Counts the statuses and tags of a repo again; its line, if it has one, must be searchable already.
pub async fn update(tx: &mut impl Transaction, repo: &str, line: Option<&SourceLine>) -> Result<(), StoreError> {
    let before = "SELECT domain, kind, value, entries FROM facet_counts WHERE repo = $1";
    let mut before: Vec<Kept> =
        tx.query(before, vec![repo.into()]).await?.iter().map(Kept::read).collect::<Result<_, _>>()?;
    before.sort();
    let after = match line {
        Some(line) => of_line(tx, line).await?,
        None => Vec::new(),
    };
    if before == after {
        return Ok(());
    }
    tx.query("DELETE FROM facet_counts WHERE repo = $1", vec![repo.into()]).await?;
    for batch in after.chunks(ROWS_PER_STATEMENT) {
        let rows = batch.iter().map(|it| {
            vec![
                repo.into(),
                it.domain.as_str().into(),
                it.kind.as_str().into(),
                it.value.as_str().into(),
                it.entries.into(),
            ]
        });
        insert(tx, "facet_counts (repo, domain, kind, value, entries)", rows, "").await?;
    }
    let mut grown: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
    for (list, sign) in [(&before, -1), (&after, 1)] {
        for it in list {
            for domain in ["", it.domain.as_str()] {
                *grown.entry((domain, &it.kind, &it.value)).or_default() += sign * it.entries;
            }
        }
    }
    let grown: Vec<_> = grown.into_iter().filter(|(_, by)| *by != 0).collect();
    for batch in grown.chunks(ROWS_PER_STATEMENT) {
        let rows = batch
            .iter()
            .map(|((domain, kind, value), by)| vec![(*domain).into(), (*kind).into(), (*value).into(), (*by).into()]);
        let add = " ON CONFLICT (domain, kind, value) DO UPDATE SET entries = facet_totals.entries + excluded.entries";
        insert(tx, "facet_totals (domain, kind, value, entries)", rows, add).await?;
    }
    for domain in [Some(""), before.first().map(|it| it.domain.as_str())].into_iter().flatten() {
        let gone = "DELETE FROM facet_totals WHERE domain = $1 AND kind IN ('status', 'tag') AND entries <= 0";
        tx.query(gone, vec![domain.into()]).await?;
    }
    Ok(())
}

/// A row of `facet_counts`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    kind: String,
    value: String,
    domain: String,
    entries: i64,
}

impl Kept {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let mut row = Reader::of(row);
        let (domain, kind) = (row.string()?, row.string()?);
        Ok(Self { kind, value: row.string()?, domain, entries: row.integer()? })
    }
}

async fn insert(
    tx: &mut impl Transaction,
    into: &str,
    rows: impl Iterator<Item = Vec<Value>>,
    conflict: &str,
) -> Result<(), StoreError> {
    let mut s = Statement::default();
    s.push(&format!("INSERT INTO {into} VALUES "));
    s.push_rows(rows);
    s.push(conflict);
    tx.query(&s.sql, s.parameters).await?;
    Ok(())
}

/// The statuses and tags of a line that are kept, by kind and value.
async fn of_line(tx: &mut impl Transaction, line: &SourceLine) -> Result<Vec<Kept>, StoreError> {
    let mut kept = Vec::new();
    for kind in ["status", "tag"] {
        let mut counts = search::filter_values(tx, line, kind).await?;
        counts.retain(|(value, _)| !value.is_empty() && value.chars().nth(MAX_VALUE_CHARS).is_none());
        counts.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        counts.truncate(MAX_VALUES_PER_REPO);
        let domain = &line.domain;
        kept.extend(counts.into_iter().map(|(value, entries)| Kept {
            kind: kind.to_owned(),
            value,
            domain: domain.clone(),
            entries,
        }));
    }
    kept.sort();
    Ok(kept)
}

/// Fills the table after its creation.
pub(super) async fn fill(tx: &mut impl Transaction) -> Result<(), StoreError> {
    for line in revisions::composition(tx).await?.values() {
        update(tx, &line.repo, Some(line)).await?;
    }
    Ok(())
}
