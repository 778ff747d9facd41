//! The only call that writes YAML.

use crate::exit::Exit;
use crate::failure::Failure;
use serde_json::Value;

/// `value` as a YAML document.
pub(super) fn render(value: &Value) -> Result<String, Failure> {
    federation::yaml::to_string(value).map_err(|error| {
        Failure::new(Exit::Refused, "the result cannot be written as YAML")
            .because([error.to_string()])
            .hint("use -o json")
    })
}
