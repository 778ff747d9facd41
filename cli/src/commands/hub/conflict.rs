//! Explains a failed `If-Match`: who changed the registration, and what changed.

use super::words::changes;
use crate::client::{Answer, Client, Error, Request, events};
use crate::failure::Failure;
use api::events::EventsQuery;
use api::paths;
use federation::problem::answers as kinds;

/// `error` as a failure. If the registration was changed in the meantime, it says who changed what, if the token may read that;
/// otherwise it lists the differences from the registration as it was `seen`.
pub(super) async fn explained(error: Error, repo: &str, seen: Option<&Answer>, client: &Client) -> Failure {
    let conflicts = matches!(&error, Error::Problem(problem) if problem.is(&kinds::PRECONDITION_FAILED));
    let failure = Failure::from(error);
    if !conflicts {
        return failure;
    }
    let query = EventsQuery { repo: Some(repo.to_owned()), ..EventsQuery::default() };
    if let Ok(newest) = events(client, query, 1).await
        && let Some(event) = newest.items.first()
    {
        let mut causes = vec![format!("{} by {} at {}", event.action, event.actor, event.at)];
        causes.extend(changes(event));
        return failure.because(causes);
    }
    let (Some(seen), Ok(now)) = (seen, client.send(Request::get(paths::REPO).named(repo)).await) else {
        return failure;
    };
    failure.because(differences(seen, &now))
}

fn differences(seen: &Answer, now: &Answer) -> Vec<String> {
    let (Some(before), Some(after)) = (seen.body.as_object(), now.body.as_object()) else { return Vec::new() };
    // The status changes without a change of the registration.
    let changed = after.iter().filter(|(name, value)| name.as_str() != "status" && before.get(*name) != Some(value));
    changed.map(|(name, value)| format!("{name} is now {value}")).collect()
}
