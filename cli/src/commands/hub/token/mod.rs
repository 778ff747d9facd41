//! `reuse-surface hub token …`.

mod create;
mod list;
mod revoke;

use crate::args::TokenVerb;
use crate::client::Client;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(verb: &TokenVerb, client: &Client, output: &Output) -> Result<Exit, Failure> {
    match verb {
        TokenVerb::Create(args) => create::run(args, client, output).await,
        TokenVerb::List(args) => list::run(args, client, output).await,
        TokenVerb::Revoke(args) => revoke::run(args, client, output).await,
    }
}
