//! Creates a client from the flags and the environment.

use super::token;
use crate::client::{Base, Client};
use crate::env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use std::time::Duration;

/// A client of the hub at `base_url`, with the token from the environment.
pub(super) fn connect(base_url: &str, timeout: Duration, output: &Output) -> Result<Client, Failure> {
    let base = base(base_url)?;
    let file = env::token_file();
    let token = token::configured(file.as_deref())?;
    if let Some(warning) = file.as_deref().and_then(|file| token::exposed(file, "token")) {
        output.warn(&warning);
    }
    if let (Some(file), None) = (&file, &token) {
        output.warn(&format!("the token file {} is empty: continuing without a token", file.display()));
    }
    if let Some(token) = &token {
        let source = if file.is_some() { env::TOKEN_FILE } else { env::TOKEN };
        if !token.is_sendable() {
            return Err(Failure::new(Exit::Usage, format!("{source} contains characters that no token has"))
                .hint("set it to exactly the token that the hub showed"));
        }
        if token.is_broken() {
            output.warn(&format!("the token in {source} is invalid: it is incomplete or mistyped"));
        }
        if !base.is_https() && !base.is_loopback() {
            output.warn(&format!("{base} is plain http: writes send the token unencrypted; use an https URL"));
        }
    }
    Ok(Client::new(base, token, timeout)?)
}

/// The base URL of a hub.
pub(super) fn base(base_url: &str) -> Result<Base, Failure> {
    Base::parse(base_url).ok_or_else(|| not_a_base(base_url))
}

fn not_a_base(base_url: &str) -> Failure {
    // Text before an @ may be a secret, whether the rest is a URL or not.
    let shown = if base_url.contains('@') { String::new() } else { format!(" `{base_url}`") };
    // `hub.example` has no scheme, and `localhost:8080` parses with the scheme `localhost`.
    let with_scheme = |scheme: &str| Base::parse(&format!("{scheme}://{base_url}"));
    let meant = if base_url.contains("//") { None } else { with_scheme("https") };
    let meant = match meant {
        Some(base) if base.is_loopback() => with_scheme("http"),
        meant => meant,
    };
    let example = meant.map_or_else(|| "https://reuse.coulomb.social".to_owned(), |base| base.to_string());
    Failure::new(Exit::Usage, format!("the base URL{shown} is not an absolute http or https URL without credentials"))
        .hint(format!("set --base-url or {} to a URL such as {example}", env::BASE_URL))
}
