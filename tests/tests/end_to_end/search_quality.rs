//! Questions in people's own words find what they ask for, and overlaps between repos are found. `tests/search` has the questions and the pairs.

use anyhow::Result;
use end_to_end::questions::{Set, folder};
use end_to_end::{Hub, Sources, overlaps};

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

#[tokio::test]
async fn what_two_repos_do_is_found() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let set = Set::read(&folder(), &folder().join("questions.tsv"))?;
    set.register(&hub, &sources).await?;
    let found = overlaps::found(&hub).await?;
    assert!(found.precision >= 0.8 && found.recall >= 0.7, "{found:?}");
    Ok(())
}
