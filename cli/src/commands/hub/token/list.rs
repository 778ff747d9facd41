//! `reuse-surface hub token list`.

use crate::args::TokenList;
use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};
use api::tokens::{Token, TokenState, TokensQuery};
use serde_json::json;

pub(super) async fn run(args: &TokenList, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let list = client::tokens(client, TokensQuery { state: args.state, ..TokensQuery::default() }).await?;
    let tokens = &list.items;
    output.result(&json!({ "tokens": list.raw, "total": tokens.len(), "next": list.next }), |text| {
        if !tokens.is_empty() {
            let header = ["NAME", "STATE", "SCOPES", "EXPIRES", "LAST USED", "CREATED BY", "DESCRIPTION"];
            text.table(header, tokens.iter().map(row));
        }
    })?;
    if tokens.is_empty() {
        output.note("no named token matches: create one with `reuse-surface hub token create`");
    }
    Ok(Exit::Done)
}

fn row(token: &Token) -> [Cell; 7] {
    let dash = |value: &Option<String>| Cell::from(value.as_deref().unwrap_or("-"));
    let tone = if token.state.is(TokenState::Active) { Tone::Good } else { Tone::Plain };
    [
        (&token.name).into(),
        Cell::toned(token.state.as_str(), tone),
        token.scopes.join(" ").into(),
        dash(&token.expires_at),
        dash(&token.last_used_at),
        (&token.created_by).into(),
        (&token.description).into(),
    ]
}
