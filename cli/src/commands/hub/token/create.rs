//! `reuse-surface hub token create`.

use crate::args::TokenCreate;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::paths;
use api::tokens::NewToken;
use serde_json::{Map, Value};

pub(super) async fn run(args: &TokenCreate, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::post(paths::TOKENS).json(body(args))).await?;
    let NewToken { token: secret, view: token } = answer.shape()?;
    output.result(&answer.body, |text| text.line(&secret))?;
    let until = token.expires_at.map_or_else(|| "is revoked".to_owned(), |at| format!("{at} or it is revoked"));
    output.note(&format!("created {} with {}, valid until {until}", token.name, token.scopes.join(" ")));
    output.warn("this secret is shown only once: store it in a safe place");
    Ok(Exit::Done)
}

/// Only the fields that were set; the hub adds the defaults.
fn body(args: &TokenCreate) -> Value {
    let mut body = Map::new();
    body.insert("name".to_owned(), args.name.as_str().into());
    body.insert("scopes".to_owned(), args.scopes.clone().into());
    if let Some(lifetime) = args.expires_in {
        body.insert("expires_in_seconds".to_owned(), lifetime.as_secs().into());
    }
    if let Some(description) = &args.description {
        body.insert("description".to_owned(), description.as_str().into());
    }
    body.into()
}
