//! `reuse-surface hub catalogue list`.

use crate::client::{self, Client};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output};
use api::catalogues::Catalogue;
use serde_json::json;

pub(super) async fn run(client: &Client, output: &Output) -> Result<Exit, Failure> {
    let list = client::catalogues(client).await?;
    let catalogues = &list.items;
    output.result(&json!({ "catalogues": list.raw, "total": catalogues.len(), "next": list.next }), |text| {
        if !catalogues.is_empty() {
            text.table(["NAME", "KIND", "URL", "STATE", "REGISTERED", "REASON"], catalogues.iter().map(row));
        }
    })?;
    if catalogues.is_empty() {
        output.note("there is no catalogue: add one with `reuse-surface hub catalogue add`");
    }
    Ok(Exit::Done)
}

fn row(catalogue: &Catalogue) -> [Cell; 6] {
    let (definition, status) = (&catalogue.definition, &catalogue.status);
    [
        (&definition.name).into(),
        definition.kind.as_str().into(),
        (&definition.url).into(),
        status.state.as_str().into(),
        status.registered.into(),
        status.reason.as_deref().unwrap_or("-").into(),
    ]
}
