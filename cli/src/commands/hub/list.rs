//! `reuse-surface hub list`.

use crate::args::List;
use crate::client::{self, Client, Filter, Registration};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};

pub(super) async fn run(args: &List, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let filter = Filter {
        domain: args.domain.as_deref(),
        state: args.state.as_deref(),
        enabled: args.enabled,
        query: args.query.as_deref(),
    };
    let (listing, registrations) = client::list(client, &filter, args.limit.map(|limit| limit as usize)).await?;
    output.result(&listing.to_value(), |text| {
        if !registrations.is_empty() {
            text.table(
                ["REPO", "DOMAIN", "STATE", "CAPABILITIES", "REQUIRED", "VERIFIED", "REASON"],
                registrations.iter().map(row),
            );
        }
    })?;
    match registrations.len() {
        0 => output.note("no registration matches"),
        shown if listing.next.is_some() => {
            output.note(&format!("{shown} of {} shown: give a higher --limit, or none, for more", listing.total));
        }
        _ => {}
    }
    Ok(Exit::Done)
}

fn row(registration: &Registration) -> [Cell; 7] {
    let status = &registration.status;
    let dash = |value: Option<&str>| Cell::from(value.unwrap_or("-"));
    [
        (&registration.repo).into(),
        (&registration.domain).into(),
        Cell::toned(&status.state, Tone::of_state(&status.state)),
        status.capability_count.map_or_else(|| "-".into(), Cell::from),
        if registration.required { "yes" } else { "no" }.into(),
        dash(status.verified_at.as_deref()),
        dash(status.reason.as_deref()),
    ]
}
