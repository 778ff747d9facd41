//! `reuse-surface hub update`.

use super::conflict;
use super::registration;
use crate::args::Update;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use serde_json::{Map, Value};

pub(super) async fn run(args: &Update, client: &Client, output: &Output) -> Result<Exit, Failure> {
    // If the user gives no ETag, the change applies only to the registration that is read here.
    let seen = match args.if_match {
        Some(_) => None,
        None => Some(client.send(Request::get(paths::REPO).named(&args.repo)).await?),
    };
    let etag = args.if_match.as_deref().or_else(|| seen.as_ref()?.etag.as_deref());
    let answer =
        match client.send(Request::merge_patch(paths::REPO, patch(args)).named(&args.repo).if_match(etag)).await {
            Ok(answer) => answer,
            Err(error) => return Err(conflict::explained(error, &args.repo, seen.as_ref(), client).await),
        };
    registration::show(&answer, output)?;
    output.note(&format!("updated {}", args.repo));
    Ok(Exit::Done)
}

/// Only the fields that were set on the command line.
fn patch(args: &Update) -> Value {
    let fields: [(&str, Option<Value>); 7] = [
        ("url", args.url.as_deref().map(Value::from)),
        ("domain", args.domain.as_deref().map(Value::from)),
        ("enabled", args.enabled.map(Value::from)),
        ("required", args.required.map(Value::from)),
        ("cache_ttl_seconds", args.cache_ttl_seconds.map(Value::from)),
        ("description", args.description.as_deref().map(Value::from)),
        ("format", args.format.map(|format| format.as_str().into())),
    ];
    let named = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    named.collect::<Map<String, Value>>().into()
}
