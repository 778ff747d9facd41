//! The one call that writes YAML.

use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;

/// `value` as a YAML document.
pub(super) fn render(value: &Value) -> Result<String, Failure> {
    federation::yaml::to_string(&value).map_err(|error| {
        Failure::new(Exit::Refused, "the answer cannot be written as YAML")
            .because([error.to_string()])
            .hint("use -o json")
    })
}

// Stands in until the domain crate has its YAML module; JSON is YAML.
mod federation {
    pub(super) mod yaml {
        pub(in super::super) fn to_string(value: &serde_json::Value) -> Result<String, serde_json::Error> {
            serde_json::to_string_pretty(value).map(|text| text + "\n")
        }
    }
}
