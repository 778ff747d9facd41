//! The database returns what the same search finds in an index in memory.

use super::{Random, VOCABULARY, encoded, places, random_index, text};
use crate::ports::Hub;
use federation::search::{
    Guesses, Index, MAX_ERRORS, Posting, Query, Row, Synonyms, Unknown, Wording, find, min_contained, min_shared,
    postings, trigrams,
};
use futures::FutureExt as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Repo, domain, entries and their index.
type Source = (String, String, Vec<Value>, BTreeMap<String, Posting>);

/// The index of a document.
struct Memory {
    /// In the order of the document.
    sources: Vec<Source>,
    domain: Option<String>,
    repo: Option<String>,
}

impl Memory {
    fn of(document: &Value, query: &Query) -> Self {
        let mut sources: Vec<Source> = Vec::new();
        for entry in document["capabilities"].as_array().expect("a list") {
            let (repo, domain) = (text(&entry["source_repo"]).to_owned(), text(&entry["domain"]).to_owned());
            match sources.last_mut().filter(|(last, ..)| *last == repo) {
                Some((_, _, entries, _)) => entries.push(entry.clone()),
                None => sources.push((repo, domain, vec![entry.clone()], BTreeMap::new())),
            }
        }
        for (_, _, entries, index) in &mut sources {
            *index = postings(entries.iter());
        }
        Self { sources, domain: query.domain.clone(), repo: query.repo.clone() }
    }

    fn spellings(&self, unknown: &Unknown) -> Vec<String> {
        let mut similar = BTreeMap::new();
        for spelling in self.sources.iter().flat_map(|it| it.3.values()).flat_map(|posting| &posting.spellings) {
            let shared = trigrams(spelling).iter().filter(|gram| unknown.trigrams.contains(gram)).count();
            let differs = spelling.chars().count().abs_diff(unknown.word.chars().count());
            let count = unknown.trigrams.len();
            if shared >= min_contained(count) || shared >= min_shared(count) && differs <= MAX_ERRORS {
                similar.insert(spelling.clone(), ());
            }
        }
        if unknown.trigrams.is_empty() { Vec::new() } else { similar.into_keys().collect() }
    }
}

impl Index for Memory {
    type Error = Infallible;

    async fn rows(&mut self, terms: &[String]) -> Result<Vec<Row>, Infallible> {
        let admits = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
        let mut rows = Vec::new();
        for (fragment, (repo, domain, _, index)) in (0..).zip(&self.sources) {
            for term in terms {
                rows.extend(index.get(term).map(|posting| Row {
                    term: term.clone(),
                    fragment,
                    repo: repo.clone(),
                    is_admitted: admits(&self.domain, domain) && admits(&self.repo, repo),
                    entries: posting.entries.clone(),
                }));
            }
        }
        Ok(rows)
    }

    async fn guesses(&mut self, words: &[Unknown], terms: &[String]) -> Result<Guesses, Infallible> {
        let has = |term: &&String| self.sources.iter().any(|it| it.3.contains_key(*term));
        let mut guesses = Guesses { known: terms.iter().filter(has).cloned().collect(), ..Guesses::default() };
        for (place, unknown) in words.iter().enumerate() {
            let terms = self.sources.iter().flat_map(|it| it.3.keys()).filter(|term| term.starts_with(&unknown.word));
            let mut terms: Vec<String> = terms.cloned().collect();
            terms.sort();
            terms.dedup();
            guesses.beginnings.extend(terms.into_iter().take(16).map(|term| (place, term)));
            guesses.spellings.extend(self.spellings(unknown).into_iter().map(|spelling| (place, spelling)));
        }
        Ok(guesses)
    }

    async fn size(&mut self) -> Result<usize, Infallible> {
        Ok(self.sources.iter().map(|(_, _, entries, _)| entries.len()).sum())
    }
}

/// `repo id` of what matches, in order.
fn expected(document: &Value, query: &Query) -> Vec<String> {
    let mut memory = Memory::of(document, query);
    let found = find(&mut memory, &query.phrasings, &Synonyms::default(), &query.required()).now_or_never();
    let Ok(mut answered) = found.expect("memory never waits");
    if !query.phrasings.is_empty() {
        Wording::of(&mut answered);
    }
    let matches = answered.matches.iter().map(|it| {
        let (_, _, entries, _) = &memory.sources[usize::try_from(it.fragment).expect("a place")];
        format!("{} {}", it.place.repo, text(&entries[it.place.position as usize]["id"]))
    });
    matches.collect()
}

#[tokio::test]
async fn the_database_finds_what_memory_does() {
    let seed = 0x5eed_0001;
    let mut random = Random(seed);
    let hub = Hub::new();
    let mut found = 0;
    for round in 0..6 {
        for repo in ["a", "b-c", "b.c", "zeta"] {
            let index = random_index(&mut random);
            if round == 0 {
                hub.register(repo, index).await;
            } else {
                hub.publish(repo, index);
            }
        }
        hub.compose().await;
        let document = hub.get("/v1/federated?format=json").await;
        for _ in 0..60 {
            let q = match random.below(8) {
                0 => document["capabilities"][random.below(5)]["id"].as_str().unwrap_or("capability.x").to_owned(),
                1 => document["capabilities"][random.below(5)]["name"].as_str().unwrap_or("x").to_owned(),
                2 => random.of(&["s", "st", "PUB", "n", "日", "gr", "capa n1", "pubilsh", "statelease"]).to_string(),
                _ => random.words(&VOCABULARY, 3),
            };
            let mut query = Query::of(&[q.as_str()]).expect("a query");
            let mut path = format!("/v1/capabilities?limit=200&q={}", encoded(&q));
            for (name, field, values) in [
                ("repo", &mut query.repo, &["a", "b-c", "b.c", "none"][..]),
                ("tag", &mut query.tag, &["STATE", "c++", "100%", "a_b", "größe", "state"]),
                ("status", &mut query.status, &["BETA", "stable", "50%"]),
                ("domain", &mut query.domain, &["d", "e"]),
            ] {
                if random.below(6) == 0 {
                    let value = random.of(values).to_string();
                    path.push_str(&format!("&{name}={}", encoded(&value)));
                    *field = Some(value);
                }
            }
            let expected = expected(&document, &query);
            found += expected.len();
            assert_eq!(places(&hub.get(&path).await), expected, "seed {seed:x}: {path}");
        }
    }
    assert!(found > 500, "seed {seed:x} found only {found}");
}
