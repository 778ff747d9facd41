//! `reuse-surface hub register`.

use super::registration;
use super::target::RegistrationTarget;
use super::words::why;
use crate::args::Register;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::repos::RegisterQuery;
use federation::source::State;
use serde_json::{Map, Value};

pub(super) async fn run(args: &Register, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let target = RegistrationTarget::of(args, output)?;
    if !args.no_check {
        output.progress("the hub is checking the index …");
    }
    let request = Request::post(paths::REPOS)
        .query(&RegisterQuery { require_valid: !args.no_check, dry_run: args.dry_run })
        .json(body(args, &target));
    let answer = client.send(request).await?;
    let registration = registration::show(&answer, output)?;
    output.note(&match args.dry_run {
        true => format!("{} would be registered; nothing was written", target.repo),
        false => format!("registered {}", target.repo),
    });
    // A source that was registered as disabled is not expected to be fresh.
    if args.dry_run && ![State::Fresh, State::Disabled].iter().any(|state| registration.status.state.is(*state)) {
        return Err(Failure::new(Exit::Refused, format!("the source would be {}", registration.status.state))
            .because(why(&registration.status.reason, &registration.status.message))
            .hint("run `reuse-surface index validate PATH|URL` to see the lines with errors, and `reuse-surface explain CODE` to see what a code means"));
    }
    Ok(Exit::Done)
}

/// Only the fields that were set; the hub adds the defaults.
fn body(args: &Register, target: &RegistrationTarget) -> Value {
    let mut body = Map::new();
    body.insert("repo".to_owned(), target.repo.as_str().into());
    body.insert("url".to_owned(), target.url.as_str().into());
    body.insert("domain".to_owned(), target.domain.as_str().into());
    if args.disabled {
        body.insert("enabled".to_owned(), false.into());
    }
    if args.required {
        body.insert("required".to_owned(), true.into());
    }
    if let Some(seconds) = args.cache_ttl_seconds {
        body.insert("cache_ttl_seconds".to_owned(), seconds.into());
    }
    if let Some(format) = args.format {
        body.insert("format".to_owned(), format.as_str().into());
    }
    if let Some(description) = &args.description {
        body.insert("description".to_owned(), description.as_str().into());
    }
    body.into()
}
