//! `reuse-surface hub refresh`.

use super::{identity, report};
use crate::args::Refresh;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::refresh::{RefreshRequest, Refreshed};
use federation::provenance::Provenance;
use serde_json::json;

pub(super) async fn run(args: &Refresh, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let mut request = Request::post(paths::REFRESH).named(&args.repo);
    let mut commit = args.commit.clone().map(|commit| RefreshRequest { commit, reference: args.reference.clone() });
    let of_job = if args.oidc { Some(identity::exchanged(client, &args.repo, output).await?) } else { None };
    if let Some((_, given)) = &of_job {
        let Provenance { commit: sha, reference, .. } = given.provenance.clone();
        commit = Some(RefreshRequest { commit: sha, reference });
    }
    if let Some(commit) = &commit {
        request = request.json(json!(commit));
    }
    output.progress("the hub is fetching the index …");
    let client = of_job.as_ref().map_or(client, |(client, _)| client);
    let answer = client.send(request).await?;
    let refreshed: Refreshed = answer.shape()?;
    output.result(&answer.body, |text| {
        report::describe(text, refreshed.revision, refreshed.published, std::slice::from_ref(&refreshed.source));
    })?;
    report::judge(std::slice::from_ref(&refreshed.source))
}
