//! The file of registrations.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::offline::without_secrets;
use api::repos::Registration;
use federation::diagnostic::Diagnostic;
use federation::document;
use federation::limits::MAX_DECODED_BYTES;
use federation::problem::indexes;
use federation::registration::Registration as Known;
use federation::schema::Schema;
use serde_json::Value;
use std::collections::BTreeMap;

/// The registrations by their repo.
pub(super) fn read(path: &str) -> Result<BTreeMap<String, Registration>, Failure> {
    let bytes = input::read(path, MAX_DECODED_BYTES)?;
    let read = document::read(Schema::HubRegistrations, &bytes)
        .map_err(|found| without_secrets(found, &bytes))
        .and_then(|value| registrations(&value, &bytes));
    read.map_err(|found| {
        Failure::new(Exit::Usage, format!("{path} is not a file of registrations; nothing was written"))
            .because(found.iter().map(|found| format!("{path}:{found}")))
            .hint("correct these lines; `reuse-surface explain CODE` explains each code")
    })
}

fn registrations(value: &Value, bytes: &[u8]) -> Result<BTreeMap<String, Registration>, Vec<Diagnostic>> {
    let mut registrations = BTreeMap::new();
    let mut found = Vec::new();
    for (number, item) in value["registrations"].as_array().into_iter().flatten().enumerate() {
        let at = |pointer: &str| format!("/registrations/{number}{pointer}");
        match Known::from_value(item).map(Registration::from) {
            Ok(registration) if registrations.contains_key(&registration.repo) => {
                let message = format!("the repo `{}` is listed twice: keep one of the two", registration.repo);
                found.push(Diagnostic::error(&indexes::DUPLICATE_REPO, at("/repo"), message));
            }
            Ok(registration) => drop(registrations.insert(registration.repo.clone(), registration)),
            Err(errors) => found.extend(
                errors.into_iter().map(|error| Diagnostic::error(error.code, at(&error.pointer), error.message)),
            ),
        }
    }
    if found.is_empty() {
        return Ok(registrations);
    }
    document::place(&String::from_utf8_lossy(bytes), value, &mut found);
    Err(found)
}
