//! Questions in people's own words find what they ask for. `tests/search` has the questions.

use anyhow::Result;
use end_to_end::questions::{Set, folder};
use end_to_end::{Hub, Sources};

#[tokio::test]
async fn questions_find_what_they_ask_for_and_are_told_when_nothing_fits() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let set = Set::read(&folder(), &folder().join("questions.tsv"))?;
    set.register(&hub, &sources).await?;
    let quality = set.ask(&hub).await?;
    assert!(quality.ndcg >= 0.86 && quality.recall >= 0.86, "{quality:?}");
    assert_eq!((quality.empty, quality.stale, quality.recognised), (0, 0, (5, 5)), "{quality:?}");
    for kind in ["typo", "inflection", "compound", "abbreviation", "identifier", "german", "extra", "keywords"] {
        assert!(quality.by_kind.get(kind).is_some_and(|ndcg| *ndcg >= 0.95), "{kind}: {quality:?}");
    }
    Ok(())
}
