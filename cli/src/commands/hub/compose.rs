//! `reuse-surface hub compose`.

use super::report;
use crate::args::Compose;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::refresh::{ComposeQuery, Composed};

pub(super) async fn run(args: &Compose, client: &Client, output: &Output) -> Result<Exit, Failure> {
    output.progress("the hub is refreshing its sources …");
    let request = Request::post(paths::COMPOSE).query(&ComposeQuery { force: args.force });
    let answer = client.send(request).await?;
    let composition: Composed = answer.shape()?;
    output.result(&answer.body, |text| {
        report::describe(text, composition.revision, composition.published, &composition.sources);
    })?;
    report::judge(&composition.sources)
}
