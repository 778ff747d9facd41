//! `reuse-surface hub catalogue …`.

mod add;
mod describe;
mod list;
mod release;
mod remove;
mod show;

use crate::args::CatalogueVerb;
use crate::client::Client;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(verb: &CatalogueVerb, client: &Client, output: &Output) -> Result<Exit, Failure> {
    match verb {
        CatalogueVerb::Add(args) => add::run(args, client, output).await,
        CatalogueVerb::List(_) => list::run(client, output).await,
        CatalogueVerb::Show(args) => show::run(args, client, output).await,
        CatalogueVerb::Remove(args) => remove::run(args, client, output).await,
        CatalogueVerb::Release(args) => release::run(args, client, output).await,
    }
}
