//! `reuse-surface hub …`.

mod apply;
mod catalogue;
mod changes;
mod check;
mod compose;
mod conflict;
mod demand;
mod deregister;
mod events;
mod health;
mod hook;
mod identity;
mod list;
mod overlaps;
mod refresh;
mod register;
mod registration;
mod release;
mod report;
mod search;
mod show;
mod status;
mod sync;
mod target;
mod token;
mod update;
mod upstream;
mod words;

use super::connect::connect;
use crate::args::{Global, Verb};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use std::time::Duration;
pub(super) use words::why;

pub(super) async fn run(verb: &Verb, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let timeout = Duration::from_secs(global.timeout.unwrap_or_else(|| default_timeout(verb)));
    let client = connect(&global.base_url, timeout, output)?;
    match verb {
        Verb::Status(_) => status::run(&client, output).await,
        Verb::Health(args) => health::run(args, &client, output).await,
        Verb::List(args) => list::run(args, &client, output).await,
        Verb::Show(args) => show::run(args, &client, output).await,
        Verb::Register(args) => register::run(args, &client, output).await,
        Verb::Update(args) => update::run(args, &client, output).await,
        Verb::Apply(args) => apply::run(args, &client, output).await,
        Verb::Deregister(args) => deregister::run(args, &client, output).await,
        Verb::Check(args) => check::run(args, &client, output).await,
        Verb::Refresh(args) => refresh::run(args, &client, output).await,
        Verb::Hook(args) => hook::run(args, &client, output).await,
        Verb::Release(args) => release::run(args, &client, output).await,
        Verb::Compose(args) => compose::run(args, &client, output).await,
        Verb::Search(args) => search::run(args, &client, output).await,
        Verb::Demand(args) => demand::run(args, &client, output).await,
        Verb::Overlaps(args) => overlaps::run(args, &client, output).await,
        Verb::Changes(args) => changes::run(args, &client, output).await,
        Verb::Sync(args) => sync::run(args, &client, output).await,
        Verb::Catalogue(args) => catalogue::run(&args.verb, &client, output).await,
        Verb::Upstream(args) => upstream::run(&args.verb, &client, output).await,
        Verb::Token(args) => token::run(&args.verb, &client, output).await,
        Verb::Events(args) => events::run(args, &client, output).await,
    }
}

/// Timeout in seconds. If the hub fetches indexes before it responds, it must be longer than the hub's limit for a fetch (30 s).
fn default_timeout(verb: &Verb) -> u64 {
    match verb {
        Verb::Compose(_) => 120,
        Verb::Register(_) | Verb::Update(_) | Verb::Apply(_) | Verb::Check(_) | Verb::Refresh(_) => 60,
        _ => 30,
    }
}
