//! `reuse-surface hub list`.

use crate::args::List;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};
use api::repos::{Repo, ReposQuery};
use serde_json::json;

pub(super) async fn run(args: &List, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let query = ReposQuery {
        domain: args.domain.clone(),
        state: args.state,
        enabled: args.enabled,
        label: args.label.clone(),
        q: args.query.clone(),
        ..ReposQuery::default()
    };
    let list = client::list(client, query, args.limit.map(|limit| limit as usize)).await?;
    let (registrations, total) = (&list.items, list.total.unwrap_or(list.items.len()));
    // The object that the hub would have sent if everything fitted on one page.
    output.result(&json!({ "repos": list.raw, "total": total, "next": list.next }), |text| {
        if !registrations.is_empty() {
            text.table(
                ["REPO", "DOMAIN", "STATE", "CAPABILITIES", "REQUIRED", "VERIFIED", "REASON"],
                registrations.iter().map(row),
            );
        }
    })?;
    match registrations.len() {
        0 => output.note("no registration matches"),
        shown if list.next.is_some() => {
            output.note(&format!("{shown} of {} shown: set a higher --limit, or none, for more", total));
        }
        _ => {}
    }
    Ok(Exit::Done)
}

fn row(repo: &Repo<'_>) -> [Cell; 7] {
    let (registration, status) = (&repo.registration, &repo.status);
    let dash = |value: Option<&str>| Cell::from(value.unwrap_or("-"));
    [
        (&registration.repo).into(),
        (&registration.domain).into(),
        Cell::toned(status.state.as_str(), Tone::of_state(&status.state)),
        status.capability_count.into(),
        if registration.required { "yes" } else { "no" }.into(),
        dash(status.verified_at.as_deref()),
        dash(status.reason.as_deref()),
    ]
}
