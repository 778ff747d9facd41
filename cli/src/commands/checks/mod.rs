//! The results of the checks of `smoke` and `doctor`, as text and as JSON.

pub(crate) mod hub;
pub(crate) mod token;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, Tone};
use serde_json::{Value, json};

/// The result of a check that did not fail.
pub(crate) enum Finding {
    /// The check passed; what was found.
    Fine(String),
    /// The check passed with a warning; what was found, and what to do.
    Warning(String, &'static str),
    /// The check was skipped; why.
    Skipped(String),
}

/// The results of the checks so far.
pub(crate) struct Report {
    hub: String,
    checks: Vec<(&'static str, Result<Finding, Failure>)>,
}

impl Report {
    pub(crate) fn new(hub: String) -> Self {
        Self { hub, checks: Vec::new() }
    }

    /// Adds the result of the check `name`; returns its exit code if it failed.
    pub(crate) fn add(&mut self, name: &'static str, result: Result<Finding, Failure>) -> Option<Exit> {
        let exit = result.as_ref().err().map(|failure| failure.exit);
        self.checks.push((name, result));
        exit
    }

    /// Writes all results; the exit code is that of the first failed check.
    pub(crate) fn finish(self, output: &Output) -> Result<Exit, Failure> {
        let failed = self.checks.iter().find_map(|(_, result)| result.as_ref().err());
        let lines: Vec<Line> = self.checks.iter().map(|(name, result)| Line::new(name, result)).collect();
        let value = json!({
            "hub": self.hub,
            "ok": failed.is_none(),
            "checks": lines.iter().map(Line::to_value).collect::<Vec<_>>(),
        });
        output.result(&value, |text| {
            for line in &lines {
                text.headed(&format!("{:7}", line.outcome), line.tone, format!("{}: {}", line.name, line.detail));
                if let Some(remedy) = line.remedy {
                    text.line(format!("         {remedy}"));
                }
            }
        })?;
        Ok(failed.map_or(Exit::Done, |failure| failure.exit))
    }
}

struct Line<'a> {
    name: &'static str,
    outcome: &'static str,
    tone: Tone,
    detail: String,
    remedy: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(name: &'static str, result: &'a Result<Finding, Failure>) -> Self {
        let (outcome, tone, detail, remedy) = match result {
            Ok(Finding::Fine(seen)) => ("ok", Tone::Good, seen.clone(), None),
            Ok(Finding::Warning(seen, remedy)) => ("warn", Tone::Warn, seen.clone(), Some(*remedy)),
            Ok(Finding::Skipped(why)) => ("skipped", Tone::Plain, why.clone(), None),
            Err(failure) => {
                let causes = failure.causes.iter().map(String::as_str);
                let detail: Vec<&str> = std::iter::once(failure.what.as_str()).chain(causes).collect();
                ("failed", Tone::Bad, detail.join(": "), failure.hint.as_deref())
            }
        };
        Self { name, outcome, tone, detail, remedy }
    }

    fn to_value(&self) -> Value {
        json!({ "check": self.name, "outcome": self.outcome, "detail": self.detail, "remedy": self.remedy })
    }
}
