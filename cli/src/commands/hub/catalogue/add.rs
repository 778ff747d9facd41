//! `reuse-surface hub catalogue add`.

use super::describe::describe;
use crate::args::CatalogueAdd;
use crate::client::{Client, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use api::catalogues::Catalogue;
use api::paths;
use serde_json::{Map, Value};

pub(super) async fn run(args: &CatalogueAdd, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let answer = client.send(Request::post(paths::CATALOGUES).json(body(args))).await?;
    let catalogue: Catalogue = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &catalogue))?;
    output.note("the hub is now listing the repositories: see `reuse-surface hub catalogue show`");
    Ok(Exit::Done)
}

/// Only the fields that were set; the hub adds the defaults.
fn body(args: &CatalogueAdd) -> Value {
    let mut body = Map::new();
    let texts = [
        ("name", Some(&args.name)),
        ("kind", Some(&args.kind)),
        ("url", Some(&args.url)),
        ("domain", Some(&args.domain)),
        ("prefix", args.prefix.as_ref()),
        ("path", args.path.as_ref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            body.insert(name.to_owned(), text.as_str().into());
        }
    }
    if let Some(seconds) = args.cache_ttl_seconds {
        body.insert("cache_ttl_seconds".to_owned(), seconds.into());
    }
    body.into()
}
