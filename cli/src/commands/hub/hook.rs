//! `reuse-surface hub hook`.

use crate::args::Hook;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::hooks::Hook as Made;
use api::paths;
use serde_json::json;

pub(super) async fn run(args: &Hook, client: &Client, output: &Output) -> Result<Exit, Failure> {
    if args.remove {
        client.send(Request::delete(paths::HOOK).named(&args.repo)).await?;
        output.result(&json!({"repo": args.repo, "removed": true}), |text| {
            text.line(format!("{} no longer has a webhook", args.repo));
        })?;
        return Ok(Exit::Done);
    }
    let answer = client.send(Request::post(paths::HOOK).named(&args.repo)).await?;
    let hook: Made = answer.shape()?;
    output.result(&answer.body, |text| {
        text.fields([
            ("repo", Some((&hook.repo).into())),
            ("secret", Some((&hook.secret).into())),
            ("github", Some((&hook.urls.github).into())),
            ("gitea", Some((&hook.urls.gitea).into())),
            ("forgejo", Some((&hook.urls.forgejo).into())),
            ("gitlab", Some((&hook.urls.gitlab).into())),
        ]);
    })?;
    output.note("the secret is not shown again; in the repository's settings, add a webhook for pushes with this secret and the address for your forge");
    Ok(Exit::Done)
}
