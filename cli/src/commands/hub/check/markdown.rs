//! The verdict as Markdown, for a comment on a pull request. Text from the index is in code spans, so that it can neither format the
//! comment nor mention anybody.

use super::changes::{affected, conflicts};
use crate::commands::hub::words::{consequence, why};
use api::check::{CheckEffect, Verdict};

/// Maximum number of lines in a list: forges limit comments to some 65,000 characters.
const MAX_LINES: usize = 50;
/// Maximum length of a quoted text, in characters.
const MAX_CHARS: usize = 300;

pub(super) fn render(name: &str, verdict: &Verdict) -> String {
    let mut text = match verdict.valid {
        true => format!("### The index of {} is valid\n\n", code(name)),
        false => format!("### The index of {} is not valid\n\n", code(name)),
    };
    if let Some(why) = why(&verdict.reason, &verdict.message) {
        text.push_str(&format!("{}\n\n", code(&why)));
    }
    if let Some(would) = &verdict.would {
        text.push_str(&format!(
            "It has {} capabilities. A refresh {}.\n\n",
            verdict.capability_count,
            consequence(would)
        ));
        changes(&mut text, would);
    }
    let findings = verdict.diagnostics.iter().map(|found| {
        let word = if found.is_error() { "error" } else { "warning" };
        let place = found.line.map(|line| format!(" in line {line}")).unwrap_or_default();
        format!("{word} {}{place}: {}", code(&found.code), code(&found.message))
    });
    list(&mut text, "Findings", findings.collect());
    text
}

fn changes(text: &mut String, would: &CheckEffect) {
    let groups = [("added", &would.added), ("changed", &would.changed), ("removed", &would.removed)];
    if groups.iter().any(|(_, ids)| !ids.is_empty()) {
        text.push_str("| | capability |\n| --- | --- |\n");
        for (word, ids) in groups {
            let lines = ids.iter().map(|id| code(id)).collect();
            cut(lines).for_each(|line| text.push_str(&format!("| {word} | {line} |\n")));
        }
        text.push('\n');
    }
    list(text, "Conflicts", conflicts(would, code));
    list(text, "Affects other repos", affected(would, code));
}

fn list(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("**{title}**\n\n"));
    cut(lines).for_each(|line| text.push_str(&format!("- {line}\n")));
    text.push('\n');
}

/// The first lines, and how many more there are.
fn cut(lines: Vec<String>) -> impl Iterator<Item = String> {
    let more = lines.len().saturating_sub(MAX_LINES);
    lines.into_iter().take(MAX_LINES).chain((more > 0).then(|| format!("and {more} more")))
}

/// A code span (CommonMark 6.1) that contains the text, on one line, and without characters that would end a table cell.
fn code(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() || c == '|' { ' ' } else { c });
    let cut: String = line.take(MAX_CHARS).collect();
    let longest = cut.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if cut.starts_with('`') || cut.ends_with('`') || cut.trim().is_empty() { " " } else { "" };
    format!("{fence}{space}{cut}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use federation::compose::Conflict;
    use federation::diagnostic::Diagnostic;
    use federation::problem::indexes;

    fn verdict(would: CheckEffect) -> Verdict {
        Verdict {
            valid: true,
            reason: None,
            message: None,
            http_status: None,
            index_digest: None,
            capability_count: 3,
            diagnostics: Vec::new(),
            would: Some(would),
        }
    }

    fn would(added: Vec<String>) -> CheckEffect {
        let outcome = serde_json::from_value("accepted".into()).expect("an outcome");
        CheckEffect {
            outcome,
            added,
            changed: Vec::new(),
            removed: Vec::new(),
            conflicts: Vec::new(),
            affected: Vec::new(),
            affected_omitted: 0,
        }
    }

    #[test]
    fn what_an_index_says_formats_nothing_and_mentions_nobody() {
        let evil = "a`b``c | @everyone\n# Title <img src=x>";
        let mut told = verdict(would(vec![evil.to_owned()]));
        told.diagnostics = vec![Diagnostic::warning(&indexes::NOT_AN_INDEX, "", evil)];
        if let Some(would) = &mut told.would {
            would.conflicts = vec![Conflict { id: evil.to_owned(), repos: vec!["a".into(), "b".into()] }];
        }
        let text = render("r", &told);
        let safe = "```a`b``c   @everyone # Title <img src=x>```";
        assert_eq!(text.matches(safe).count(), 3, "{text}");
        assert_eq!(text.matches("@everyone").count(), 3, "{text}");
    }

    #[test]
    fn a_comment_fits_into_every_forge() {
        let many: Vec<String> = (0..20_000).map(|n| format!("capability.{}.n{n}", "x".repeat(150))).collect();
        let mut told = verdict(would(many.clone()));
        told.diagnostics =
            (0..101).map(|_| Diagnostic::warning(&indexes::NOT_AN_INDEX, "", "y".repeat(2000))).collect();
        if let Some(would) = &mut told.would {
            (would.changed, would.removed) = (many.clone(), many);
        }
        let text = render("r", &told);
        assert!(text.len() < 60_000 && text.contains("and 19950 more"), "{}", text.len());
    }
}
