//! `reuse-surface log keygen`.

use crate::args::{Keygen, LogVerb};
use crate::exit::Exit;
use crate::failure::{Failure, TRY_AGAIN, chain};
use crate::output::Output;
use federation::transparency::{Kind, SigningKey};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

pub(crate) fn run(verb: &LogVerb, output: &Output) -> Result<Exit, Failure> {
    let LogVerb::Keygen(Keygen { name, witness, key_file }) = verb;
    let kind = if *witness { Kind::Witness } else { Kind::Log };
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| {
        Failure::new(Exit::Refused, "the system provides no randomness for a key")
            .because([error.to_string()])
            .hint(TRY_AGAIN)
    })?;
    let key = SigningKey::new(name, kind, &secret).map_err(|why| {
        Failure::new(Exit::Usage, format!("`{name}` cannot be the name of a key"))
            .because([why.to_string()])
            .hint("use a URL without a scheme, such as reuse.example.org")
    })?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(key_file);
    let written = file.and_then(|mut file| writeln!(file, "{}", key.secret()).and_then(|()| file.sync_all()));
    written.map_err(|error| {
        Failure::new(Exit::Refused, format!("{} was not written", key_file.display()))
            .because(chain(&error))
            .hint("choose another file with --key-file; an existing one is never replaced")
    })?;
    let public = key.verifier().to_string();
    output.result(&json!({ "name": name, "key": public, "key_file": key_file }), |text| text.line(public.clone()))?;
    Ok(Exit::Done)
}
