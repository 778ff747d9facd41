//! `reuse-surface hub update`.

use serde_json::{Map, Value};

use super::registration::describe;
use crate::args::Update;
use crate::client::{Client, Registration, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(args: &Update, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let request = Request::merge_patch(&["v1", "repos", &args.repo], patch(args)).if_match(args.if_match.as_deref());
    let answer = client.send(request).await?;
    let registration: Registration = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &registration, answer.etag.as_deref()))?;
    output.note(&format!("updated {}", args.repo));
    Ok(Exit::Done)
}

/// What was named on the command line, and nothing else.
fn patch(args: &Update) -> Value {
    let fields: [(&str, Option<Value>); 6] = [
        ("url", args.url.as_deref().map(Value::from)),
        ("domain", args.domain.as_deref().map(Value::from)),
        ("enabled", args.enabled.map(Value::from)),
        ("required", args.required.map(Value::from)),
        ("cache_ttl_seconds", args.cache_ttl_seconds.map(Value::from)),
        ("description", args.description.as_deref().map(Value::from)),
    ];
    let named = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    named.collect::<Map<String, Value>>().into()
}
