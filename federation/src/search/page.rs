//! A page of results within a byte budget.

use super::shorten::{shorten, size};
use super::{Corrected, Cursor, Fit, Near, SortKey, Wording};
use crate::open::Open;
use crate::provenance::Provenance;
use crate::withdrawn::Tombstone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Bytes of a response that count as one token. English text and JSON have more bytes per token, so a response
/// tends to be smaller than its budget.
pub const BYTES_PER_TOKEN: usize = 4;

/// A result. Its JSON form is the entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Hit {
    /// Its position in the order of results.
    #[serde(skip)]
    pub place: SortKey,
    /// The fields returned, `id` and `source_repo` first.
    pub entry: Map<String, Value>,
}

/// A page of results. Its JSON is the response, so it includes its own counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Capabilities)]
pub struct Page {
    /// The revision that was searched.
    pub revision: u64,
    /// Number of matches on all pages.
    pub total: usize,
    /// Number of matches on this page.
    pub shown: usize,
    /// Whether this page contains all matches.
    pub complete: bool,
    /// Whether the only result was shortened to fit the budget.
    pub truncated: bool,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
    /// How well the best results fit the question; absent without `q`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Fit>)]
    pub fit: Option<Open<Fit>>,
    /// One sentence on what to do next, if the results do not fit well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub advice: Option<String>,
    /// Words of the question that occur nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<String>,
    /// Words of the question that occur nowhere, and similar words that were searched for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Corrected>,
    /// Words of a long question that were left out, since others matter more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// Where to look further, if the results do not fit well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub near: Option<Near>,
    /// Removed capabilities that the question names. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Tombstone>,
    /// The results, best first, each with `id`, `source_repo`, the requested fields, and in `matched` the words of the question that it answers.
    #[schema(value_type = Vec<Object>)]
    pub capabilities: Vec<Map<String, Value>>,
    /// The commits that the indexes of the results on this page were pushed from, by repo, as far as they are known and fit into the budget. Left out if none is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: BTreeMap<String, Provenance>,
    /// The rank of each result ([`SortKey::score`]), in order. Not a part of the response.
    #[serde(skip)]
    #[schema(ignore)]
    pub scores: Vec<u32>,
}

/// The budget is too small even for the shortest form of the next result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at least {needed} bytes are needed")]
pub struct TooSmall {
    /// The budget that would be enough, in bytes.
    pub needed: usize,
}

impl Page {
    /// Builds the page of revision `revision`, with what `wording` says about the question, and with as many hits as fit into `budget` bytes of JSON, or with all of them
    /// if there is no budget. There are `total` matches, `more` of them after these hits. If the first hit does not fit
    /// alone, it is shortened: its fields are cut or dropped, from the last one on, and `truncated` is set.
    ///
    /// # Errors
    /// If not even `id` and `source_repo` of the first hit fit.
    pub fn fit(
        revision: u64,
        query: u32,
        total: usize,
        hits: Vec<Hit>,
        more: bool,
        wording: &Wording,
        budget: Option<usize>,
    ) -> Result<Self, TooSmall> {
        let (places, entries): (Vec<SortKey>, Vec<Map<String, Value>>) =
            hits.into_iter().map(|hit| (hit.place, hit.entry)).unzip();
        let empty = |shown: usize, truncated: bool| {
            let last = shown.checked_sub(1).and_then(|last| places.get(last));
            let next = last
                .filter(|_| more || shown < places.len())
                .map(|after| Cursor { revision, query, after: after.clone() }.to_string());
            let Wording { fit, unmatched, corrected, dropped, near } = wording.clone();
            Self {
                revision,
                total,
                shown,
                complete: shown == total,
                truncated,
                next,
                fit: fit.map(Open::Known),
                advice: wording.advice(),
                unmatched,
                corrected,
                dropped,
                near,
                gone: Vec::new(),
                capabilities: Vec::new(),
                provenance: BTreeMap::new(),
                scores: places.iter().take(shown).map(|place| place.score).collect(),
            }
        };
        let Some(budget) = budget else {
            return Ok(Self { capabilities: entries, ..empty(places.len(), false) });
        };
        for (shown, bytes) in sizes(&entries).into_iter().enumerate().skip(usize::from(!entries.is_empty())).rev() {
            let page = empty(shown, false);
            if size(&page) + bytes <= budget {
                return Ok(Self { capabilities: entries.into_iter().take(shown).collect(), ..page });
            }
        }
        let page = empty(places.len().min(1), true);
        let envelope = size(&page);
        let Some(first) = entries.into_iter().next() else {
            return Err(TooSmall { needed: size(&empty(0, false)) });
        };
        let room = budget.saturating_sub(envelope);
        shorten(first, room)
            .map(|entry| Self { capabilities: vec![entry], ..page })
            .map_err(|needed| TooSmall { needed: envelope + needed })
    }

    /// Adds what was removed, as much as fits into `budget` bytes of JSON together with the rest, or all if there is no budget.
    pub fn add_gone(&mut self, mut gone: Vec<Tombstone>, budget: Option<usize>) {
        std::mem::swap(&mut self.gone, &mut gone);
        while !self.gone.is_empty() && budget.is_some_and(|budget| size(self) > budget) {
            self.gone.pop();
        }
    }

    /// Adds the commits of the results, unless the page would exceed `budget` bytes of JSON.
    pub fn add_provenance(&mut self, provenance: BTreeMap<String, Provenance>, budget: Option<usize>) {
        self.provenance = provenance;
        if budget.is_some_and(|budget| size(self) > budget) {
            self.provenance.clear();
        }
    }
}

/// The bytes of the first 0, 1, 2 … entries as JSON, including the commas between them.
fn sizes(entries: &[Map<String, Value>]) -> Vec<usize> {
    let mut sizes = vec![0];
    for entry in entries {
        let before = sizes.last().copied().unwrap_or_default();
        sizes.push(before + size(entry) + usize::from(before > 0));
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::shorten::CUT;
    use serde_json::json;

    fn hit(position: u32, rest: &[(&str, Value)]) -> Hit {
        let mut entry = Map::new();
        entry.insert("id".into(), format!("capability.n{position}").into());
        entry.insert("source_repo".into(), "a".into());
        entry.extend(rest.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Hit { place: SortKey { score: 3, repo: "a".into(), position }, entry }
    }

    fn hits() -> Vec<Hit> {
        let awkward = "\"quoted\" \\ \n\t\u{1}\u{7f} 日本語 🦀 ".repeat(20);
        vec![
            hit(0, &[("name", json!(awkward)), ("tags", json!(["x", "y"])), ("summary", json!("short"))]),
            hit(1, &[("name", json!("B"))]),
            hit(2, &[("nested", json!({"a": [1, 2, {"b": awkward}]})), ("name", json!("C"))]),
        ]
    }

    #[test]
    fn never_exceeds_its_budget_and_always_comes_on() {
        let least = Page::fit(9, 7, 5, hits(), true, &Wording::default(), Some(0))
            .expect_err("nothing fits into nothing")
            .needed;
        let mut most = 0;
        for budget in 0..4000 {
            let page = Page::fit(9, 7, 5, hits(), true, &Wording::default(), Some(budget));
            let Ok(page) = page else {
                assert_eq!((page, budget < least), (Err(TooSmall { needed: least }), true), "{budget}");
                continue;
            };
            assert!(budget >= least && size(&page) <= budget, "{budget}: {}", size(&page));
            assert_eq!(page.shown, page.capabilities.len());
            assert!((1..=3).contains(&page.shown) && page.shown >= most, "a larger budget shows no less");
            most = page.shown;
            assert!(!page.truncated || page.shown == 1);
            let next = Cursor::decode(page.next.as_deref().expect("more")).expect("a cursor");
            assert_eq!((next.revision, next.query, next.after.position as usize), (9, 7, page.shown - 1));
        }
        assert_eq!(most, 3);
        assert_eq!(Page::fit(9, 7, 5, hits(), true, &Wording::default(), None).expect("no bound").shown, 3);
    }

    #[test]
    fn uses_its_budget() {
        let whole = size(&Page::fit(1, 0, 3, hits(), false, &Wording::default(), None).expect("no bound"));
        assert_eq!(Page::fit(1, 0, 3, hits(), false, &Wording::default(), Some(whole)).expect("exactly").shown, 3);
        let page = Page::fit(1, 0, 3, hits(), false, &Wording::default(), Some(whole - 1)).expect("fewer");
        assert_eq!((page.shown, page.complete, page.next.is_some()), (2, false, true));
    }

    #[test]
    fn shortens_what_does_not_fit_alone() {
        let page = Page::fit(1, 0, 1, hits().into_iter().take(1).collect(), false, &Wording::default(), Some(260))
            .expect("a page");
        assert_eq!((page.shown, page.complete, page.truncated, page.next), (1, true, true, None));
        let name = page.capabilities[0]["name"].as_str().expect("a name");
        assert!(name.starts_with("\"quoted\" \\") && name.ends_with(CUT), "{name}");
    }

    #[test]
    fn an_empty_answer_needs_its_envelope() {
        let page = Page::fit(1, 0, 0, Vec::new(), false, &Wording::default(), None).expect("no bound");
        assert!(page.complete && page.next.is_none());
        let needed = size(&page);
        assert_eq!(Page::fit(1, 0, 0, Vec::new(), false, &Wording::default(), Some(needed)), Ok(page));
        assert_eq!(
            Page::fit(1, 0, 0, Vec::new(), false, &Wording::default(), Some(needed - 1)),
            Err(TooSmall { needed })
        );
    }
}
