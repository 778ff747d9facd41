//! The identity of the CI job that runs this program, exchanged for a token of the hub.

use crate::client::{Base, Client, Request, Token, http};
use crate::env;
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use crate::output::Output;
use api::paths;
use api::tokens::{Exchange, Exchanged};
use reqwest::Url;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use std::time::Duration;

/// Maximum size of the CI's response, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Timeout of the request to the CI.
const CI_TIMEOUT: Duration = Duration::from_secs(30);

/// A client with a token for `repo`, and the commit that the job runs for.
pub(super) async fn exchanged(client: &Client, repo: &str, output: &Output) -> Result<(Client, Exchanged), Failure> {
    let identity = identity(client.base()).await?;
    let request = Request::post(paths::EXCHANGE)
        .json(json!(Exchange { identity: identity.expose().to_owned(), repo: repo.to_owned() }));
    let given: Exchanged = client.without_token().send(request).await?.shape()?;
    output.note(&format!("the hub knows this job as {}", given.name));
    let token = Token::new(&given.token).ok_or_else(|| {
        Failure::new(Exit::Refused, "the hub returned an empty token").hint("check that --base-url is the hub")
    })?;
    Ok((client.with_token(token), given))
}

/// The identity token of the job: GitLab puts it into a variable, GitHub and Forgejo issue it on request. Its audience is the hub.
async fn identity(hub: &Base) -> Result<Token, Failure> {
    if let Some(token) = env::identity() {
        return Ok(token);
    }
    let none = || {
        Failure::new(Exit::Usage, "this is not a CI job with an identity").hint(format!(
            "on GitHub, give the job `permissions: id-token: write`; on Forgejo, `enable-openid-connect: true`; on GitLab, `id_tokens` with {}",
            env::IDENTITY
        ))
    };
    let (url, secret) = env::identity_request().ok_or_else(none)?;
    let mut url = Url::parse(&url).map_err(|_| none())?;
    url.query_pairs_mut().append_pair("audience", &hub.to_string());
    let mut origin = url.clone();
    origin.set_query(None);
    let origin = Base::parse(origin.as_str()).filter(|it| it.is_https() || it.is_loopback()).ok_or_else(none)?;
    let failed = |why: Vec<String>| {
        Failure::new(Exit::Unreachable, "the CI issued no identity token").because(why).hint("run the job again")
    };
    let asked =
        http(&origin, CI_TIMEOUT)?.get(url).header(ACCEPT, "application/json").bearer_auth(secret.expose()).send();
    // The address may contain a secret, so it is never shown.
    let mut answer = asked.await.map_err(|error| failed(chain(&error.without_url())))?;
    if !answer.status().is_success() {
        return Err(failed(vec![format!("it responded with {}", answer.status())]));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(chain(&error.without_url())))? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(failed(vec!["its response is too large".to_owned()]));
        }
        body.extend_from_slice(&chunk);
    }
    let answer: Option<Value> = serde_json::from_slice(&body).ok();
    let token = answer.as_ref().and_then(|answer| Token::new(answer.get("value")?.as_str()?));
    token.ok_or_else(|| failed(vec!["its response has no `value`".to_owned()]))
}
