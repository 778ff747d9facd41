//! Limits the rendered size of an index. The limit on its text is not enough: six hundred thousand numbers within 58
//! lists take 1.2 MB as text, but 70 MB as YAML, which indents each of them.

use crate::findings::{Finding, Findings};
use crate::limits::{MAX_CAPABILITY_BYTES, MAX_RENDERED_BYTES};
use crate::path::{Path, Step};
use crate::problem::indexes;
use crate::size::json_bytes;
use crate::yaml;
use serde_json::{Map, Value};

/// The size of the capabilities of an index when rendered one after another, as in a document. Excludes the fields that
/// a document adds to each (`source_repo` and `domain`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Size as JSON, in bytes.
    pub json_bytes: usize,
    /// Size as YAML, in bytes.
    pub yaml_bytes: usize,
}

/// Measures the capabilities of an otherwise valid document in one walk, and reports those that are too large.
pub(super) fn measure<'v>(value: &'v Value, found: &mut Findings<'v>) -> Sizes {
    let list = Path::default().below(value, "/capabilities");
    let capabilities = value.get("capabilities").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (mut all, mut one_is_too_large) = (Sizes::default(), false);
    for (place, fields) in capabilities.iter().filter_map(Value::as_object).enumerate() {
        let Sizes { json_bytes, yaml_bytes } = of(fields);
        if json_bytes.max(yaml_bytes) > MAX_CAPABILITY_BYTES {
            one_is_too_large = true;
            let message = format!(
                "this capability has {json_bytes} bytes as JSON and {yaml_bytes} as YAML: at most {MAX_CAPABILITY_BYTES} \
                 are accepted, so describe it elsewhere and refer to that place here"
            );
            found.add(Finding::error(&indexes::CAPABILITY_TOO_LARGE, list.with(Step::Item(place)), message));
        }
        // In JSON, a comma and a line break separate two capabilities.
        all.json_bytes += json_bytes + if place > 0 { 2 } else { 0 };
        all.yaml_bytes += yaml_bytes;
    }
    if !one_is_too_large && all.json_bytes.max(all.yaml_bytes) > MAX_RENDERED_BYTES {
        let Sizes { json_bytes, yaml_bytes } = all;
        let message = format!(
            "the capabilities have {json_bytes} bytes as JSON and {yaml_bytes} as YAML: at most {MAX_RENDERED_BYTES} are \
             accepted, so nest less or split the index over several repos"
        );
        found.add(Finding::error(&indexes::RENDERED_TOO_LARGE, list, message));
    }
    all
}

fn of(fields: &Map<String, Value>) -> Sizes {
    // A parsed value is never nested too deeply to be written.
    Sizes { json_bytes: json_bytes(fields), yaml_bytes: yaml::item_bytes(fields).unwrap_or(usize::MAX / 4) }
}
