//! Finds one page of matches.

use super::{ENTRIES_PER_FRAGMENT, Finder};
use crate::database::Transaction;
use crate::revisions::AT;
use crate::statement::Statement;
use crate::{StoreError, row::Reader};
use federation::limits::MAX_READ_BYTES;
use federation::search::{Place, Query, TAG_BOUNDARY, in_column, rank};

/// The matches of a query.
pub struct Found {
    /// The total number of matches.
    pub total: usize,
    /// The requested matches, in order, each as the JSON of its entry; fewer if they exceed [`MAX_READ_BYTES`].
    pub hits: Vec<(Place, String)>,
    /// Whether there are more matches after these.
    pub more: bool,
}

/// Up to `limit` matches after a position, in the newest revision or in `number`, and their total number. If no match
/// follows the position, the total is 0.
pub async fn find(
    tx: &mut impl Transaction,
    number: Option<u64>,
    finder: Finder,
    query: &Query,
    after: Option<&Place>,
    limit: usize,
) -> Result<Found, StoreError> {
    let Statement { sql, parameters } = statement(number, finder, query, after, limit);
    let rows = tx.query(&sql, parameters).await?;
    let mut found = Found { total: 0, hits: Vec::with_capacity(rows.len()), more: false };
    for row in &rows {
        let mut columns = Reader::of(row);
        found.total = columns.count()?;
        let (score, repo, entry) = (columns.count()?, columns.string()?, columns.integer()?);
        let Some(json) = columns.optional(Reader::string)? else {
            found.more = true;
            break;
        };
        let position = u32::try_from(entry % ENTRIES_PER_FRAGMENT).unwrap_or_default();
        found.hits.push((Place { score, repo, position }, json));
    }
    Ok(found)
}

/// Whether the whole content of a stored revision can still be searched.
pub async fn is_kept(tx: &mut impl Transaction, number: u64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM {AT} c LEFT JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain
         WHERE f.fragment IS NULL LIMIT 1"
    );
    Ok(tx.query(&sql, vec![number.into()]).await?.is_empty())
}

/// All matches are ranked and counted once; only the entries of the page are read.
fn statement(number: Option<u64>, finder: Finder, query: &Query, after: Option<&Place>, limit: usize) -> Statement {
    let mut s = Statement::default();
    let composed = match number {
        None => "composition",
        Some(number) => {
            s.bind(number);
            AT
        }
    };
    // First, since its placeholder is number one.
    s.push(&format!("WITH composed AS (SELECT repo, domain, index_digest FROM {composed} c), "));
    s.push(
        "current AS MATERIALIZED (SELECT f.fragment AS fragment, c.repo AS repo, c.domain AS domain FROM composed c
         JOIN search_fragments f ON f.digest = c.index_digest AND f.repo = c.repo AND f.domain = c.domain),
         found AS MATERIALIZED (SELECT e.entry AS entry, c.repo AS repo, ",
    );
    let patterns = score(&mut s, query);
    s.push(" AS score FROM current c JOIN search_entries e ON e.fragment = c.fragment WHERE 1 = 1");
    has_words(&mut s, finder, query, &patterns);
    holds_filters(&mut s, query);
    s.push("), page AS MATERIALIZED (SELECT entry, repo, score FROM found");
    if let Some(place) = after {
        let score = s.bind(place.score);
        let repo = s.bind(place.repo.as_str());
        let position = s.bind(place.position);
        s.push(&format!(
            " WHERE score < {score} OR (score = {score} AND (repo > {repo} OR (repo = {repo} AND entry % {ENTRIES_PER_FRAGMENT} > {position})))"
        ));
    }
    let limit = s.bind(limit);
    s.push(&format!(
        " ORDER BY score DESC, repo, entry LIMIT {limit}), sized AS MATERIALIZED (SELECT p.score, p.repo, p.entry, sum(octet_length(e.json)) OVER (ORDER BY p.score DESC, p.repo, p.entry)
           - octet_length(e.json) AS before FROM page p JOIN search_entries e ON e.entry = p.entry)
         SELECT (SELECT count(*) FROM found), p.score, p.repo, p.entry, CASE WHEN p.before < {MAX_READ_BYTES} THEN e.json END FROM sized p
         JOIN search_entries e ON e.entry = p.entry ORDER BY p.score DESC, p.repo, p.entry"
    ));
    s
}

/// Writes the rank as an expression. Returns, for each word, the placeholder of the pattern that matches its prefix.
/// Words consist of letters and digits, so no pattern contains a stray `%` or `_`.
fn score(s: &mut Statement, query: &Query) -> Vec<String> {
    let mut patterns = Vec::with_capacity(query.words.len());
    for word in &query.words {
        let whole = s.bind(format!("% {word} %"));
        let begins = s.bind(format!("% {word}%"));
        s.push("CASE");
        for (column, pattern, weight) in [
            ("id_words", &whole, rank::WORD_IN_ID),
            ("name_words", &whole, rank::WORD_IN_NAME),
            ("tag_words", &whole, rank::WORD_IN_TAG),
            ("id_words", &begins, rank::BEGINS_IN_ID),
            ("name_words", &begins, rank::BEGINS_IN_NAME),
            ("tag_words", &begins, rank::BEGINS_IN_TAG),
            ("summary_words", &whole, rank::WORD_IN_SUMMARY),
        ] {
            s.push(&format!(" WHEN e.{column} LIKE {pattern} THEN {weight}"));
        }
        s.push(&format!(" ELSE {} END + ", rank::BEGINS_IN_SUMMARY));
        patterns.push(begins);
    }
    if query.words.is_empty() {
        s.push("0");
        return patterns;
    }
    let id = s.bind(query.text.as_str());
    let name = s.bind(in_column(query.words.iter().map(String::as_str)));
    let (by_id, by_name) = (rank::ID_IS_QUERY, rank::NAME_IS_QUERY);
    s.push(&format!("CASE WHEN e.id = {id} THEN {by_id} WHEN e.name_words = {name} THEN {by_name} ELSE 0 END"));
    patterns
}

fn has_words(s: &mut Statement, finder: Finder, query: &Query, patterns: &[String]) {
    match finder {
        Finder::Fts5 if !query.words.is_empty() => {
            // In quotes, a word contains no syntax.
            let words: Vec<String> = query.words.iter().map(|word| format!("\"{word}\"*")).collect();
            let words = s.bind(words.join(" AND "));
            s.push(&format!(" AND e.entry IN (SELECT rowid FROM search_words WHERE search_words MATCH {words})"));
        }
        Finder::Fts5 => {}
        Finder::Like => {
            for begins in patterns {
                s.push(&format!(
                    " AND (e.id_words LIKE {begins} OR e.name_words LIKE {begins} OR e.tag_words LIKE {begins} OR e.summary_words LIKE {begins})"
                ));
            }
        }
    }
}

fn holds_filters(s: &mut Statement, query: &Query) {
    for (column, value) in
        [("e.id", &query.id), ("c.domain", &query.domain), ("c.repo", &query.repo), ("e.status", &query.status)]
    {
        if let Some(value) = value {
            let value = s.bind(value.as_str());
            s.push(&format!(" AND {column} = {value}"));
        }
    }
    if let Some(tag) = &query.tag {
        let pattern = s.bind_contains(&format!("{TAG_BOUNDARY}{tag}{TAG_BOUNDARY}"));
        s.push(&format!(" AND e.tags LIKE {pattern} ESCAPE '!'"));
    }
}
