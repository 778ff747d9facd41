//! `reuse-surface hub upstream list`.

use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output};
use api::paths;
use api::upstreams::{Upstream, Upstreams};

pub(super) async fn run(client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::get(paths::UPSTREAMS)).await?;
    let Upstreams { upstreams, .. } = answer.shape()?;
    output.result(&answer.body, |text| {
        if !upstreams.is_empty() {
            text.table(["NAME", "URL", "STATE", "PUBLISHED", "CONFLICTS", "REASON"], upstreams.iter().map(row));
        }
    })?;
    if upstreams.is_empty() {
        output.note("there is no upstream: follow a hub with `reuse-surface hub upstream set`");
    }
    Ok(Exit::Done)
}

fn row(upstream: &Upstream) -> [Cell; 6] {
    let status = &upstream.status;
    [
        (&upstream.name).into(),
        (&upstream.url).into(),
        status.state.as_str().into(),
        status.published.into(),
        status.conflicts.total.into(),
        status.reason.as_deref().unwrap_or("-").into(),
    ]
}
