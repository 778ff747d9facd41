//! `reuse-surface hub status`.

use std::collections::BTreeMap;

use api::health::Health;
use api::paths;
use api::repos::{Repo, ReposQuery};
use federation::source::State;
use serde_json::{Value, json};

use super::words::{finding, meanwhile, why};
use crate::client::{self, Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};

/// The states of a source, in the order in which they are shown.
const STATES: [State; 6] = State::ALL;

pub(super) async fn run(client: &Client, output: &Output) -> Result<Exit, Failure> {
    let health = client.send(Request::get(paths::HEALTH)).await?;
    let hub: Health = health.shape()?;
    let list = client::list(client, ReposQuery::default(), None).await?;
    let registrations = &list.items;

    let is_noteworthy = |repo: &&Repo<'_>| {
        let state = &repo.status.state;
        // A disabled source is a problem only if it is required.
        !state.is(State::Fresh) && (!state.is(State::Disabled) || repo.registration.required)
    };
    let not_fresh: Vec<&Repo<'_>> = registrations.iter().filter(is_noteworthy).collect();
    let required = not_fresh.iter().map(|it| &it.registration).filter(|it| it.required);
    let required: Vec<&str> = required.map(|it| it.repo.as_str()).collect();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for registration in registrations {
        *states.entry(registration.status.state.as_str()).or_default() += 1;
    }

    let raw = list.raw.iter().zip(registrations).filter(|(_, registration)| is_noteworthy(registration));
    let value = json!({
        "hub": client.base().to_string(),
        "health": health.body,
        "total": registrations.len(),
        "states": states,
        "required_not_fresh": required,
        "not_fresh": raw.map(|(raw, _)| raw).collect::<Vec<&Value>>(),
    });
    output.result(&value, |text| {
        describe(text, client, &hub, &states, registrations.len());
        not_fresh.iter().for_each(|registration| trouble(text, registration));
    })?;

    if hub.status != "ok" {
        return Err(Failure::new(Exit::Refused, format!("the hub reports its status as `{}`, not `ok`", hub.status))
            .hint("see the hub's log, or contact the operator of the hub"));
    }
    if !required.is_empty() {
        return Err(Failure::new(Exit::Refused, "a required source is not fresh")
            .because(required.into_iter().map(str::to_owned))
            .hint("correct its index, then run `reuse-surface hub compose --force`"));
    }
    Ok(Exit::Done)
}

fn describe(text: &mut Text, client: &Client, hub: &Health, states: &BTreeMap<&str, usize>, total: usize) {
    let tone = if hub.status == "ok" { Tone::Good } else { Tone::Bad };
    let known = STATES.iter().filter_map(|state| Some((state.as_str(), *states.get(state.as_str())?)));
    let unknown = states
        .iter()
        .filter(|(state, _)| !STATES.iter().any(|known| known.as_str() == **state))
        .map(|(state, count)| (*state, *count));
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
    text.headed(
        status.state.as_str(),
        Tone::of_state(status.state.as_str()),
        format!("{}{required}", registration.repo),
    );
    if let Some(why) = why(&status.reason, &status.message) {
        text.line(format!("  {why}"));
    }
    for diagnostic in status.diagnostics.iter() {
        text.line(format!("  {}", finding(diagnostic)));
    }
    let since = status.failing_since.as_deref().map(|since| format!("since {since}; ")).unwrap_or_default();
    text.line(format!("  {since}{}", meanwhile(status)));
}
