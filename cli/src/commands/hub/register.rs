//! `reuse-surface hub register`.

use api::paths;
use api::repos::{RegisterQuery, Repo};
use federation::source::State;
use serde_json::{Map, Value};

use super::registration::describe;
use super::whereabouts::Whereabouts;
use super::words::why;
use crate::args::Register;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(args: &Register, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let whereabouts = Whereabouts::of(args, output)?;
    if !args.no_check {
        output.progress("the hub checks the index …");
    }
    let request = Request::post(paths::REPOS)
        .query(&RegisterQuery { require_valid: !args.no_check, dry_run: args.dry_run })
        .json(registration(args, &whereabouts));
    let answer = client.send(request).await?;
    let registration: Repo<'static> = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &registration, answer.etag.as_deref()))?;
    output.note(&match args.dry_run {
        true => format!("{} would be registered; nothing was written", whereabouts.repo),
        false => format!("registered {}", whereabouts.repo),
    });
    // A disabled source is not fresh because that was asked for.
    if args.dry_run && ![State::Fresh, State::Disabled].iter().any(|state| registration.status.state.is(*state)) {
        return Err(Failure::new(Exit::Refused, format!("the source would be {}", registration.status.state))
            .because(why(&registration.status.reason, &registration.status.message))
            .hint("`reuse-surface index validate PATH|URL` shows the lines of an index, `reuse-surface explain CODE` says what to do about a code"));
    }
    Ok(Exit::Done)
}

/// Only what was asked for: the defaults are the hub's.
fn registration(args: &Register, whereabouts: &Whereabouts) -> Value {
    let mut body = Map::new();
    body.insert("repo".to_owned(), whereabouts.repo.as_str().into());
    body.insert("url".to_owned(), whereabouts.url.as_str().into());
    body.insert("domain".to_owned(), whereabouts.domain.as_str().into());
    if args.disabled {
        body.insert("enabled".to_owned(), false.into());
    }
    if args.required {
        body.insert("required".to_owned(), true.into());
    }
    if let Some(seconds) = args.cache_ttl_seconds {
        body.insert("cache_ttl_seconds".to_owned(), seconds.into());
    }
    if let Some(description) = &args.description {
        body.insert("description".to_owned(), description.as_str().into());
    }
    body.into()
}
