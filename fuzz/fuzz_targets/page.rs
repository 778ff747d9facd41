//! A page of a search within a budget (the first line) of JSON objects (the other lines): never more bytes, and always a way to continue.
#![no_main]

use federation::search::{Cursor, Hit, Page, SortKey, Wording};
use serde_json::{Map, Value};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Some((budget, text)) = text.split_once('\n') else { return };
    let Ok(budget) = budget.parse::<usize>() else { return };
    let hits: Vec<Hit> = (0..)
        .zip(text.lines().take(20).filter_map(|line| serde_json::from_str::<Map<String, Value>>(line).ok()))
        .map(|(position, fields)| {
            let mut entry = Map::new();
            entry.insert("id".into(), format!("capability.n{position}").into());
            entry.insert("source_repo".into(), "a".into());
            entry.extend(fields.into_iter().filter(|(name, _)| name != "id" && name != "source_repo"));
            Hit { place: SortKey { score: 1, repo: "a".into(), position }, entry }
        })
        .collect();
    let count = hits.len();
    let size = |page: &Page| serde_json::to_vec(page).expect("a page is JSON").len();
    let whole = Page::fit(1, 2, count, hits.clone(), false, &Wording::default(), None).expect("no budget");
    assert_eq!((whole.shown, whole.complete, whole.next.as_ref()), (count, true, None));
    match Page::fit(1, 2, count, hits.clone(), false, &Wording::default(), Some(budget)) {
        Ok(page) => {
            assert!(size(&page) <= budget, "{} bytes for {budget}", size(&page));
            assert_eq!(page.capabilities.len(), page.shown);
            assert_eq!(page.complete, page.next.is_none());
            assert!(size(&whole) > budget || page == whole, "all that fits is shown");
            if let Some(next) = page.next {
                assert_eq!(Cursor::decode(&next).expect("a cursor").after.position as usize, page.shown - 1);
            }
        }
        Err(refused) => {
            assert!(refused.needed > budget);
            assert!(Page::fit(1, 2, count, hits, false, &Wording::default(), Some(refused.needed)).is_ok());
        }
    }
});
