//! `reuse-surface hub status`.

use super::words::{finding, meanwhile, why};
use crate::client::{self, Client, Request, healthy};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};
use api::health::Health;
use api::paths;
use api::repos::{Repo, Repos, ReposQuery};
use federation::source::State;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The states of a source, in the order in which they are shown.
const STATES: [State; 6] = State::ALL;

pub(super) async fn run(client: &Client, output: &Output) -> Result<Exit, Failure> {
    let health = client.send(Request::get(paths::HEALTH)).await?;
    let hub: Health = health.shape()?;
    let Sources { total, states, not_fresh } = sources(client).await?;
    let required = not_fresh.iter().map(|(repo, _)| &repo.registration).filter(|it| it.required);
    let required: Vec<&str> = required.map(|it| it.repo.as_str()).collect();
    let value = json!({
        "hub": client.base().to_string(),
        "health": health.body,
        "total": total,
        "states": states,
        "required_not_fresh": required,
        "not_fresh": not_fresh.iter().map(|(_, raw)| raw).collect::<Vec<&Value>>(),
    });
    output.result(&value, |text| {
        describe(text, client, &hub, &states, total);
        not_fresh.iter().for_each(|(repo, _)| trouble(text, repo));
    })?;

    healthy(&hub)?;
    if !required.is_empty() {
        return Err(Failure::new(Exit::Refused, "a required source is not fresh")
            .because(required.into_iter().map(str::to_owned))
            .hint("correct its index, then run `reuse-surface hub compose --force`"));
    }
    Ok(Exit::Done)
}

/// What the status shows about the sources of a hub.
struct Sources {
    /// How many there are.
    total: usize,
    /// How many are in each state.
    states: BTreeMap<String, usize>,
    /// Those that are not fresh, by repo, both parsed and as received. A disabled one is a problem only if it is required.
    not_fresh: Vec<(Repo<'static>, Value)>,
}

/// Asks how many sources are in each state, and reads only those that are not fresh, since most are fresh.
async fn sources(client: &Client) -> Result<Sources, Failure> {
    let query = ReposQuery { limit: Some(1), ..ReposQuery::default() };
    let Repos { states, total, .. } = client.send(Request::get(paths::REPOS).query(&query)).await?.shape()?;
    let mut not_fresh = Vec::new();
    // Hubs of earlier versions do not count by state.
    let has = |state: State| states.contains_key(state.as_str()) || (states.is_empty() && total > 0);
    for state in STATES.into_iter().filter(|state| *state != State::Fresh && has(*state)) {
        let query = ReposQuery { state: Some(state), ..ReposQuery::default() };
        let list = client::list(client, query, None).await?;
        let noteworthy = |repo: &Repo<'_>| state != State::Disabled || repo.registration.required;
        not_fresh.extend(list.items.into_iter().zip(list.raw).filter(|(repo, _)| noteworthy(repo)));
    }
    not_fresh.sort_by(|(one, _), (other, _)| one.registration.repo.cmp(&other.registration.repo));
    Ok(Sources { states, total, not_fresh })
}

fn describe(text: &mut Text, client: &Client, hub: &Health, states: &BTreeMap<String, usize>, total: usize) {
    let tone = if hub.is_ok() { Tone::Good } else { Tone::Bad };
    let known = STATES.iter().filter_map(|state| Some((state.as_str(), *states.get(state.as_str())?)));
    let unknown = states
        .iter()
        .filter(|(state, _)| !STATES.iter().any(|known| known.as_str() == state.as_str()))
        .map(|(state, count)| (state.as_str(), *count));
    let counts: Vec<String> = known.chain(unknown).map(|(state, count)| format!("{count} {state}")).collect();
    let counts = if counts.is_empty() { total.to_string() } else { format!("{total}: {}", counts.join(", ")) };
    text.fields([
        ("hub", Some(client.base().into())),
        ("status", Some(Cell::toned(&hub.status, tone))),
        ("version", Some((&hub.version).into())),
        ("revision", hub.revision.map(Cell::from)),
        ("sources", Some(counts.into())),
    ]);
}

fn trouble(text: &mut Text, repo: &Repo<'_>) {
    let (registration, status) = (&repo.registration, &repo.status);
    let required = if registration.required { " (required)" } else { "" };
    text.line("");
    text.headed(status.state.as_str(), Tone::of_state(&status.state), format!("{}{required}", registration.repo));
    if let Some(why) = why(&status.reason, &status.message) {
        text.line(format!("  {why}"));
    }
    for diagnostic in status.diagnostics.iter() {
        text.line(format!("  {}", finding(diagnostic)));
    }
    let since = status.failing_since.as_deref().map(|since| format!("since {since}; ")).unwrap_or_default();
    text.line(format!("  {since}{}", meanwhile(status)));
}
