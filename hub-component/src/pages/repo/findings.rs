//! The findings in an index, with their positions.

use crate::pages::elements::{counted, external_text_with_code};
use api::paths::{self, expand};
use federation::diagnostic::Diagnostic;
use federation::snippet::Snippet;
use maud::{Markup, html};
use store::sources::Source;

/// The findings of the last check; empty if there were none.
pub(super) fn findings(source: &Source) -> Markup {
    let found = source.record.failure.as_ref().map_or(&[][..], |failure| &failure.diagnostics);
    html! {
        @if !found.is_empty() {
            h2 { (counted(found.len(), "finding", "findings")) " in its index" }
            ul.findings { @for finding in found { li { (one(finding)) } } }
            p { "Correct the index where it is published. The hub fetches it at its next check, or at once with:" }
            pre tabindex="0" { code { "reuse-surface hub refresh --repo " (source.repo()) } }
        }
    }
}

fn one(finding: &Diagnostic) -> Markup {
    let word = if finding.is_error() { "error" } else { "warning" };
    html! {
        p { b { (word) " " } a href=(expand(paths::PROBLEM, &[finding.code.as_str()])) { code { (finding.code) } } ": " (external_text_with_code(&finding.message, usize::MAX)) }
        p.small.quiet {
            @if let Some(line) = finding.line { "line " (line) }
            @if let Some(column) = finding.column { ", column " (column) }
            @if !finding.pointer.is_empty() { @if finding.line.is_some() { ", " } "at " code { bdi { (finding.pointer) } } }
        }
        @if let (Some(line), Some(snippet)) = (finding.line, &finding.snippet) { (excerpt(line, snippet)) }
    }
}

fn excerpt(line: u64, snippet: &Snippet) -> Markup {
    let (before, here, after) = snippet.around();
    html! {
        pre.line {
            span.at { span.hidden { "line " } (line) }
            code { (before) mark { (if here.is_empty() { " " } else { here }) } (after) }
        }
    }
}
