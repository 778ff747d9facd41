//! Rules for capabilities beyond the schema: their number, and their unique ids.

use crate::findings::{Finding, Findings};
use crate::limits::MAX_CAPABILITIES;
use crate::path::{Path, Step};
use crate::problem::indexes;
use serde_json::Value;
use std::collections::HashMap;

/// Refuses more capabilities than an index may have.
pub(super) fn too_many(count: usize, list: Path<'_>) -> Option<Finding<'_>> {
    (count > MAX_CAPABILITIES).then(|| {
        let message =
            format!("the index has {count} capabilities, more than {MAX_CAPABILITIES}: split it over several repos");
        Finding::error(&indexes::TOO_MANY_CAPABILITIES, list, message)
    })
}

/// Adds the ids that occur twice, with both places.
pub(super) fn find_duplicate_ids<'v>(value: &'v Value, found: &mut Findings<'v>) {
    let list = Path::default().below(value, "/capabilities");
    let capabilities = value.get("capabilities").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let id_of = |(place, capability): (usize, &'v Value)| list.with(Step::Item(place)).below(capability, "/id");
    let mut seen: HashMap<&str, (usize, &'v Value)> = HashMap::with_capacity(capabilities.len());
    for one in capabilities.iter().enumerate() {
        let Some(id) = one.1.get("id").and_then(Value::as_str) else { continue };
        match seen.get(id) {
            Some(first) => found.add_duplicate(id, id_of(one), id_of(*first)),
            None => {
                seen.insert(id, one);
            }
        }
    }
}
