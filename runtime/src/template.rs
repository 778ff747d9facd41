//! Expands `{{ name }}` in manifest values.

use anyhow::{Context as _, Result};

/// Replaces every `{{ name }}` with the value that `lookup` returns.
pub(crate) fn fill<'a>(template: &str, lookup: impl Fn(&str) -> Result<&'a str>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").with_context(|| format!("`{template}` has no closing }}}}"))?;
        filled.push_str(before);
        filled.push_str(lookup(name.trim())?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
