//! `reuse-surface index validate`.

use crate::args::{Format, Validate};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fetch::Fetcher;
use crate::input;
use crate::output::{Output, sarif};
use federation::diagnostic::Diagnostic;
use federation::fetch::{Fetched, Validators};
use federation::index::{SourceFormat, check_as};
use federation::limits::MAX_DECODED_BYTES;
use federation::source_url;
use serde_json::json;

/// The result of validating an index.
struct Report {
    /// Whether the index was read.
    reached: bool,
    /// `None` if the index is not valid.
    capability_count: Option<usize>,
    diagnostics: Vec<Diagnostic>,
    /// The exit code if the index is not valid.
    exit: Exit,
}

pub(super) async fn run(args: &Validate, output: &Output) -> Result<Exit, Failure> {
    let source = args.source.as_str();
    let report = if source.contains("://") { of_url(args, output).await? } else { of_file(args)? };
    let count = |is_error: bool| report.diagnostics.iter().filter(|found| found.is_error() == is_error).count();
    let (errors, warnings) = (count(true), count(false));
    let value = match output.format() {
        Format::Sarif => sarif::log(source, &report.diagnostics),
        _ => json!({
            "source": source,
            "valid": report.capability_count.is_some(),
            "capability_count": report.capability_count.unwrap_or_default(),
            "diagnostics": report.diagnostics,
        }),
    };
    output.result(&value, |text| {
        for diagnostic in &report.diagnostics {
            text.finding(source, diagnostic);
        }
        if let Some(count) = report.capability_count {
            let warnings = if warnings == 0 { String::new() } else { format!(", {}", counted(warnings, "warning")) };
            text.line(format!(
                "{source}: valid, {count} {}{warnings}",
                if count == 1 { "capability" } else { "capabilities" }
            ));
        }
    })?;
    if report.capability_count.is_some() {
        return Ok(Exit::Done);
    }
    let what = match report.reached {
        true if warnings > 0 => {
            format!("is not valid: {} and {}", counted(errors, "error"), counted(warnings, "warning"))
        }
        true => format!("is not valid: {}", counted(errors, "error")),
        false => "cannot be fetched".to_owned(),
    };
    let code = report.diagnostics.iter().find(|found| found.is_error()).map_or("CODE", |found| &found.code);
    Err(Failure::new(report.exit, format!("{source} {what}"))
        .hint(format!("run `reuse-surface explain {code}` for details; correct the index and run this command again")))
}

fn of_file(args: &Validate) -> Result<Report, Failure> {
    Ok(judge(&input::read(&args.source, MAX_DECODED_BYTES)?, args.source_format))
}

async fn of_url(args: &Validate, output: &Output) -> Result<Report, Failure> {
    let url = args.source.as_str();
    source_url::parse(url).map_err(|refused| {
        Failure::new(Exit::Usage, refused.message.trim_end_matches('.'))
            .hint(format!("run `reuse-surface explain {}` to see what to do", refused.code))
    })?;
    output.progress("fetching the index …");
    Ok(match Fetcher::default().fetch(url, Validators::default()).await {
        Ok(Fetched::Index { bytes, .. }) => judge(&bytes, args.source_format),
        // The request had no validators, and fetching refuses a 304 in that case.
        Ok(Fetched::NotModified) => judge(&[], args.source_format),
        Err(failure) => Report {
            reached: false,
            capability_count: None,
            exit: if failure.http_status.is_some() { Exit::Refused } else { Exit::Unreachable },
            diagnostics: vec![Diagnostic::error(failure.code, "", failure.message)],
        },
    })
}

fn judge(bytes: &[u8], format: SourceFormat) -> Report {
    let verdict = check_as(bytes, format);
    Report {
        reached: true,
        capability_count: verdict.index.map(|index| index.capabilities.len()),
        diagnostics: verdict.diagnostics,
        exit: Exit::Refused,
    }
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
