//! Catalogues, as clients see them.

use crate::hub::App;
use crate::hub::paging::{self, PageBuilder};
use crate::ports::Ports;
use crate::problem::{Problem, kinds, quoted};
use api::catalogues::{
    Catalogue, CatalogueState, CatalogueStatus, Catalogues, CataloguesQuery, Others, SkippedRepository,
};
use api::page;
use federation::catalogue::Skipped;
use federation::time::rfc3339;
use store::catalogues::{self, Stored};
use store::database::{Transaction, read_with};
use store::{StoreError, members};

/// Repositories with an unusable name or address that are shown.
const MAX_SKIPPED: usize = 100;

/// A catalogue with its status.
pub async fn view(tx: &mut impl Transaction, stored: &Stored) -> Result<Catalogue, StoreError> {
    let name = &stored.catalogue.name;
    let (registered, counts) = members::counts(tx, name).await?;
    let skipped = members::skipped_ones(tx, name, MAX_SKIPPED).await?;
    let record = &stored.record;
    let (reason, message) = record.reason().unzip();
    Ok(Catalogue {
        definition: stored.catalogue.clone().into(),
        created_at: rfc3339(stored.created_at),
        updated_at: rfc3339(stored.updated_at),
        created_by: stored.created_by.clone(),
        status: CatalogueStatus {
            state: state(stored).into(),
            reason,
            message,
            failing_since: record.failure.as_ref().map(|failure| rfc3339(failure.since)),
            listed_at: record.listed_at.map(rfc3339),
            last_attempt_at: record.last_attempt_at.map(rfc3339),
            next_listing_at: record.next_listing_at.map(rfc3339),
            http_status: record.http_status,
            registered,
            others: others(counts),
            skipped: skipped
                .into_iter()
                .map(|(name, reason)| SkippedRepository { name, reason: reason.into() })
                .collect(),
        },
    })
}

fn state(stored: &Stored) -> CatalogueState {
    let record = &stored.record;
    match () {
        () if !stored.catalogue.enabled => CatalogueState::Disabled,
        () if record.failure.is_some() => CatalogueState::Failing,
        () if record.held.is_some() => CatalogueState::Held,
        () if record.listed_at.is_none() => CatalogueState::Pending,
        () => CatalogueState::Fresh,
    }
}

fn others(counts: Vec<(Option<Skipped>, usize)>) -> Others {
    let mut others = Others::default();
    for (why, count) in counts {
        let place = match why {
            None => &mut others.waiting,
            Some(Skipped::NoIndex) => &mut others.no_index,
            Some(Skipped::Archived) => &mut others.archived,
            Some(Skipped::Private) => &mut others.private,
            Some(Skipped::Empty) => &mut others.empty,
            Some(Skipped::Fork) => &mut others.fork,
            Some(Skipped::Name | Skipped::Taken | Skipped::Invalid) => &mut others.skipped,
        };
        *place += count;
    }
    others
}

/// One page of catalogues.
pub async fn page<P: Ports>(app: &App<P>, query: &CataloguesQuery) -> Result<Catalogues, Problem> {
    let limit = paging::limit(query.limit, page::CATALOGUES)?;
    let after = paging::key_of_cursor(query.cursor.as_deref())?;
    let (total, catalogues, next) = read_with(app.database().await?, async |tx| {
        let mut all = catalogues::all(tx).await?;
        let total = all.len();
        all.retain(|stored| after.is_none_or(|after| stored.catalogue.name.as_str() > after));
        let mut filling = PageBuilder::new(limit);
        for stored in &all {
            if !filling.add(&stored.catalogue.name, &view(tx, stored).await?)? {
                break;
            }
        }
        let (catalogues, next) = filling.done();
        Ok::<_, Problem>((total, catalogues, next))
    })
    .await?;
    Ok(Catalogues { catalogues, total, next })
}

/// The problem of a catalogue that does not exist.
pub fn not_found(name: &str) -> Problem {
    Problem::new(
        &kinds::CATALOGUE_NOT_FOUND,
        format!("There is no catalogue `{}`; `GET /v1/catalogues` lists all.", quoted(name)),
    )
}
