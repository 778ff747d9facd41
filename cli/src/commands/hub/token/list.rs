//! `reuse-surface hub token list`.

use crate::args::TokenList;
use crate::client::{self, Client, NamedToken};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Tone};

pub(super) async fn run(args: &TokenList, client: &Client, output: &Output) -> Result<Exit, Failure> {
    let (value, tokens) = client::tokens(client, args.state.as_deref()).await?;
    output.result(&value, |text| {
        if !tokens.is_empty() {
            let header = ["NAME", "STATE", "SCOPES", "EXPIRES", "LAST USED", "MADE BY", "DESCRIPTION"];
            text.table(header, tokens.iter().map(row));
        }
    })?;
    if tokens.is_empty() {
        output.note("there is no such named token: make one with `reuse-surface hub token create`");
    }
    Ok(Exit::Done)
}

fn row(token: &NamedToken) -> [Cell; 7] {
    let dash = |value: &Option<String>| Cell::from(value.as_deref().unwrap_or("-"));
    let tone = if token.state == "active" { Tone::Good } else { Tone::Plain };
    [
        (&token.name).into(),
        Cell::toned(&token.state, tone),
        token.scopes.join(" ").into(),
        dash(&token.expires_at),
        dash(&token.last_used_at),
        (&token.created_by).into(),
        (&token.description).into(),
    ]
}
