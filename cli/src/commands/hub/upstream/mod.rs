//! `reuse-surface hub upstream …`.

mod describe;
mod list;
mod remove;
mod set;
mod show;

use crate::args::UpstreamVerb;
use crate::client::Client;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(verb: &UpstreamVerb, client: &Client, output: &Output) -> Result<Exit, Failure> {
    match verb {
        UpstreamVerb::Set(args) => set::run(args, client, output).await,
        UpstreamVerb::List(_) => list::run(client, output).await,
        UpstreamVerb::Show(args) => show::run(args, client, output).await,
        UpstreamVerb::Remove(args) => remove::run(args, client, output).await,
    }
}
