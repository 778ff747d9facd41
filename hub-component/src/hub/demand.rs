//! What is missing: the questions that several clients asked, and that nothing answers well.

use super::paging;
use super::search::{Request, answer};
use crate::hub::App;
use crate::ports::Ports;
use crate::problem::Problem;
use api::demand::{Demand, Unanswered};
use api::page::DEMAND;
use federation::search::Fit;
use federation::time::rfc3339;
use store::database::read_with;
use store::demand;
use store::revisions::Head;

/// Questions that are answered again for one reader.
const MAX_QUESTIONS: usize = 100;
/// Results shown for each.
const MAX_NEAREST: usize = 3;

/// The questions of at least three clients that the newest revision still does not answer well.
///
/// # Errors
/// `invalid-query`, `nothing-published`, or a failure of the store.
pub async fn most_asked<P: Ports>(app: &App<P>, head: &Head, limit: Option<usize>) -> Result<Demand, Problem> {
    let limit = paging::limit(limit, DEMAND)?;
    super::document::published(head)?;
    let revision = head.number();
    let asked = read_with(app.database().await?, async |tx| demand::most_asked(tx, MAX_QUESTIONS).await).await?;
    let mut questions = Vec::new();
    for asked in asked {
        let request = Request {
            q: vec![asked.words.clone()],
            fields: Some("name,title".to_owned()),
            limit: Some(MAX_NEAREST),
            ..Request::default()
        };
        let page = answer(app, head, &request).await?;
        let Some(fit) = page.fit.filter(|fit| !fit.is(Fit::Good)) else { continue };
        questions.push(Unanswered {
            words: asked.words,
            days: asked.days,
            first_asked: day(asked.first_asked),
            last_asked: day(asked.last_asked),
            fit,
            nearest: page.capabilities,
        });
        if questions.len() == limit {
            break;
        }
    }
    Ok(Demand { revision, questions })
}

/// A date as `2026-11-28`.
fn day(at: i64) -> String {
    rfc3339(at).chars().take(10).collect()
}
