//! The named tokens of a hub, page by page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Error, Request};

/// The most that the hub puts on a page.
const PAGE: usize = 1000;

/// A token without its secret.
#[derive(Debug, Deserialize)]
pub(crate) struct NamedToken {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: String,
    pub(crate) created_by: String,
    pub(crate) expires_at: Option<String>,
    pub(crate) last_used_at: Option<String>,
    #[serde(default)]
    pub(crate) description: String,
}

#[derive(Debug, Deserialize)]
struct Page {
    tokens: Vec<Value>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Typed {
    tokens: Vec<NamedToken>,
}

/// All of them, as the object that the hub would have answered, had they fitted on one page, and typed.
pub(crate) async fn tokens(client: &Client, state: Option<&str>) -> Result<(Value, Vec<NamedToken>), Error> {
    let (mut raw, mut typed, mut next) = (Vec::new(), Vec::new(), None);
    loop {
        let request = Request::get(&["v1", "tokens"])
            .authorised()
            .query("state", state)
            .query("limit", Some(PAGE))
            .query("cursor", next.as_deref());
        let answer = client.send(request).await?;
        let page: Page = answer.shape()?;
        typed.extend(answer.shape::<Typed>()?.tokens);
        // A page without items that promises more would never end.
        let last = page.next.is_none() || page.tokens.is_empty();
        raw.extend(page.tokens);
        next = page.next;
        if last {
            return Ok((json!({ "tokens": raw, "total": typed.len(), "next": next }), typed));
        }
    }
}
