//! Where this program's own token comes from.

use std::path::Path;

use crate::client::Token;
use crate::env;
use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// The token of the environment or of `file`; `None` when there is none, or nothing but white space.
pub(super) fn configured(file: Option<&Path>) -> Result<Option<Token>, Failure> {
    let Some(file) = file else { return Ok(env::token()) };
    if env::token().is_some() {
        // Whoever replaces the one would wonder why the other is still valid.
        return Err(Failure::new(Exit::Usage, format!("there is a token both in {} and in a file", env::TOKEN))
            .hint(format!("unset {} or {}", env::TOKEN, env::TOKEN_FILE)));
    }
    match runtime::variable_file::read(file) {
        Ok(text) => Ok(Token::new(&text)),
        Err(error) => Err(Failure::new(Exit::Usage, "the token file is not usable")
            .because(chain(error.as_ref()))
            .hint(format!("see the path in {} and who may read it", env::TOKEN_FILE))),
    }
}

/// Refuses what is configured as the token of a hub, and no client could ever send.
pub(super) fn check_of_hub(token: Option<&Token>, file: Option<&Path>) -> Result<(), Failure> {
    let name = if file.is_some() { env::TOKEN_FILE } else { env::TOKEN };
    let refused = match token {
        Some(token) if !token.is_sendable() => "holds characters that no request can carry in a header",
        None if file.is_some() || env::has_blank_token() => "is set, and there is no token in it",
        _ => return Ok(()),
    };
    Err(Failure::new(Exit::Usage, format!("{name} {refused}")).hint(format!(
        "put a token of letters and digits there, such as `openssl rand -hex 32` gives, or unset {name}"
    )))
}

/// A warning, if everybody on this machine can read the token file.
pub(super) fn exposed(file: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    let everybody = mode & 0o004 != 0;
    everybody.then(|| format!("everybody on this machine can read the token in {}: chmod o-r it", file.display()))
}
