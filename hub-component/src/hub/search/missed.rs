//! Remembers questions that found nothing or little.

use super::request::Request;
use crate::hub::App;
use crate::log;
use crate::ports::Ports;
use federation::search::{Fit, NormalisedQuestion, Page};
use serde_json::json;
use store::demand;

/// Whether a question was not answered well. The host must not reuse such an answer, since the hub would not learn how many
/// clients ask.
pub fn is_missed(page: &Page) -> bool {
    page.fit.as_ref().is_some_and(|fit| !fit.is(Fit::Good))
}

/// Remembers a question that was not answered well, after the response. Searches with filters are left out, since the filter may be what hides an answer.
pub(super) fn note<P: Ports>(app: &App<P>, request: &Request, page: &Page) {
    let Request { q, domain, repo, status, tag, any_of, cursor, .. } = request;
    let is_whole = any_of.is_empty() && [domain, repo, status, tag, cursor].into_iter().all(Option::is_none);
    let (Some(question), Some(client)) = (q.first(), app.client()) else { return };
    if !is_whole || !is_missed(page) {
        return;
    }
    let Some(asked) = NormalisedQuestion::of(question) else { return };
    let (later, client, now) = (app.clone(), client.to_owned(), app.ports.now());
    app.ports.spawn(async move {
        let noted = match later.database().await {
            Ok(database) => demand::note(database, &asked, &client, now).await,
            Err(error) => Err(error),
        };
        if let Err(error) = noted {
            log::line("demand-failed", &json!({ "why": error.to_string() }));
        }
    });
}
