//! `reuse-surface hub status`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::{self, Client, Filter, Health, Registration, Request, STATES};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};

pub(super) async fn run(client: &Client, output: &Output) -> Result<Exit, Failure> {
    let health = client.send(Request::get(&["health"])).await?;
    let hub: Health = health.shape()?;
    let (listing, registrations) = client::list(client, &Filter::default(), None).await?;

    let is_noteworthy = |registration: &&Registration| {
        let state = registration.status.state.as_str();
        // A source that somebody disabled is no trouble, unless others were told to rely on it.
        state != "fresh" && (state != "disabled" || registration.required)
    };
    let not_fresh: Vec<&Registration> = registrations.iter().filter(is_noteworthy).collect();
    let required: Vec<&str> = not_fresh.iter().filter(|it| it.required).map(|it| it.repo.as_str()).collect();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for registration in &registrations {
        *states.entry(&registration.status.state).or_default() += 1;
    }

    let raw = listing.repos.iter().zip(&registrations).filter(|(_, registration)| is_noteworthy(registration));
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
        return Err(Failure::new(Exit::Refused, format!("the hub says `{}` of itself, not `ok`", hub.status))
            .hint("see the hub's log, or tell whoever runs it"));
    }
    if !required.is_empty() {
        return Err(Failure::new(Exit::Refused, "a required source is not fresh")
            .because(required.into_iter().map(str::to_owned))
            .hint("repair its index, then `reuse-surface hub compose --force`"));
    }
    Ok(Exit::Done)
}

fn describe(text: &mut Text, client: &Client, hub: &Health, states: &BTreeMap<&str, usize>, total: usize) {
    let tone = if hub.status == "ok" { Tone::Good } else { Tone::Bad };
    let known = STATES.iter().filter_map(|state| Some((*state, *states.get(state)?)));
    let unknown = states.iter().filter(|(state, _)| !STATES.contains(state)).map(|(state, count)| (*state, *count));
    let counts: Vec<String> = known.chain(unknown).map(|(state, count)| format!("{count} {state}")).collect();
    let counts = if counts.is_empty() { total.to_string() } else { format!("{total}: {}", counts.join(", ")) };
    text.fields([
        ("hub", Some(client.base().into())),
        ("status", Some(Cell::toned(&hub.status, tone))),
        ("version", hub.version.as_deref().map(Cell::from)),
        ("revision", hub.revision.map(Cell::from)),
        ("sources", Some(counts.into())),
    ]);
}

fn trouble(text: &mut Text, registration: &Registration) {
    let status = &registration.status;
    let required = if registration.required { " (required)" } else { "" };
    text.line("");
    text.headed(&status.state, Tone::of_state(&status.state), format!("{}{required}", registration.repo));
    if let Some(why) = status.why() {
        text.line(format!("  {why}"));
    }
    for diagnostic in &status.diagnostics {
        text.line(format!("  {}", diagnostic.line()));
    }
    let since = status.failing_since.as_deref().map(|since| format!("since {since}; ")).unwrap_or_default();
    text.line(format!("  {since}{}", status.meanwhile()));
}
