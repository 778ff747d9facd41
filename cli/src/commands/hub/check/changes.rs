//! What a refresh would change for others, as text.

use api::check::CheckEffect;
use api::consumers::Affected;
use federation::compose::Conflict;

/// Ids that several repos would publish, one per line. `quote` is for what comes from the hub.
pub(super) fn conflicts(would: &CheckEffect, quote: impl Fn(&str) -> String) -> Vec<String> {
    let line = |conflict: &Conflict| {
        let repos: Vec<String> = conflict.repos.iter().map(|repo| quote(repo)).collect();
        format!("{} would be published by {}", quote(&conflict.id), repos.join(", "))
    };
    would.conflicts.iter().map(line).collect()
}

/// What other repos use and would lose, one capability per line, and how many are not listed.
pub(super) fn affected(would: &CheckEffect, quote: impl Fn(&str) -> String) -> Vec<String> {
    let line = |one: &Affected| {
        let consumers: Vec<String> = one.consumers.iter().map(|repo| quote(repo)).collect();
        let more = one.total.saturating_sub(consumers.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let instead = one.replaced_by.as_ref().map(|id| format!("; {} replaces it", quote(id))).unwrap_or_default();
        let (id, how) = (quote(&one.id), quote(one.how.as_str()));
        format!("{id} would be {how}, and is used by {}{more}{instead}", consumers.join(", "))
    };
    let omitted = match would.affected_omitted {
        0 => None,
        1 => Some("1 more capability that other repos use".to_owned()),
        count => Some(format!("{count} more capabilities that other repos use")),
    };
    would.affected.iter().map(line).chain(omitted).collect()
}
