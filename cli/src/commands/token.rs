//! Reads this program's own token.

use crate::client::Token;
use crate::env;
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use std::path::Path;

/// The token from the environment or from `file`; `None` if there is none or it is blank.
pub(super) fn configured(file: Option<&Path>) -> Result<Option<Token>, Failure> {
    let Some(file) = file else { return Ok(env::token()) };
    if env::token().is_some() {
        // With both, a user who replaced one would not expect the other to be still valid.
        return Err(Failure::new(Exit::Usage, format!("there is a token both in {} and in a file", env::TOKEN))
            .hint(format!("unset {} or {}", env::TOKEN, env::TOKEN_FILE)));
    }
    match runtime::variable_file::read(file) {
        Ok(text) => Ok(Token::new(&text)),
        Err(error) => Err(Failure::new(Exit::Usage, "the token file cannot be read")
            .because(chain(error.as_ref()))
            .hint(format!("check the path in {} and the permissions of the file", env::TOKEN_FILE))),
    }
}

/// Refuses a hub token that no client could send.
pub(super) fn check_of_hub(token: Option<&Token>, file: Option<&Path>) -> Result<(), Failure> {
    let name = if file.is_some() { env::TOKEN_FILE } else { env::TOKEN };
    let refused = match token {
        Some(token) if !token.is_sendable() => "contains characters that cannot be sent in a header",
        None if file.is_some() || env::has_blank_token() => "is set but contains no token",
        _ => return Ok(()),
    };
    Err(Failure::new(Exit::Usage, format!("{name} {refused}")).hint(format!(
        "set it to a token of letters and digits, for example from `openssl rand -hex 32`, or unset {name}"
    )))
}

/// A warning if all users of this machine can read a file with this secret.
pub(super) fn exposed(file: &Path, secret: &str) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    let everybody = mode & 0o004 != 0;
    everybody.then(|| {
        format!("all users of this machine can read the {secret} in {}: run `chmod o-r` on it", file.display())
    })
}
