//! Reports on the sources of a composition, and whether the composition is acceptable.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};
use api::refresh::Outcome;
use federation::diagnostic::Diagnostic;
use federation::problem::Code;
use federation::source::{SourceRecord, State};
use federation::time::rfc3339;
use serde::{Serialize, Serializer};

/// The report on one source, in the shape of a hub's report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) repo: String,
    /// None if the snapshot is that of the lock file: `locked` in JSON.
    #[serde(serialize_with = "write_outcome")]
    pub(super) outcome: Option<Outcome>,
    pub(super) state: Option<State>,
    pub(super) reason: Option<Code>,
    pub(super) message: Option<String>,
    /// How many capabilities the source contributes.
    pub(super) capability_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) diagnostics: Vec<Diagnostic>,
    #[serde(skip)]
    pub(super) required: bool,
    /// For the user: what is used instead of the newest index.
    #[serde(skip)]
    pub(super) instead: Option<String>,
}

impl Report {
    /// The report on a source without problems.
    pub(super) fn new(repo: &str, outcome: Option<Outcome>, state: Option<State>, capability_count: usize) -> Self {
        Self {
            repo: repo.to_owned(),
            outcome,
            state,
            reason: None,
            message: None,
            capability_count,
            diagnostics: Vec::new(),
            required: false,
            instead: None,
        }
    }

    /// Adds the failure that `record` contains.
    pub(super) fn explained(mut self, record: &SourceRecord) -> Self {
        let Some((reason, message)) = record.reason() else { return self };
        if let Some(failure) = &record.failure {
            self.message = Some(message);
            self.diagnostics.clone_from(&failure.diagnostics);
            self.instead = record.accepted.as_ref().map(|_| match record.verified_at {
                Some(at) => format!("the snapshot that was valid at {} is used", rfc3339(at)),
                None => "the snapshot of the lock file is used".to_owned(),
            });
        } else if let (Some(held), Some(accepted)) = (&record.held, &record.accepted) {
            let (new, old, since) = (held.capability_count, accepted.capability_count, rfc3339(held.since));
            self.message = Some(format!("it has had {new} capabilities instead of {old} since {since}"));
            self.instead = Some(format!(
                "the old ones are used for 24 hours; to use the new ones now, add --release {}",
                self.repo
            ));
        }
        self.reason = Some(reason);
        self
    }

    /// Warns about what is used instead of the newest index.
    pub(super) fn warn(&self, output: &Output) {
        if let (Some(state), Some(instead)) = (self.state, &self.instead) {
            output.warn(&format!("{} is {}: {}; {instead}", self.repo, state.as_str(), self.why()));
        }
    }

    fn is_failure(&self) -> bool {
        self.outcome == Some(Outcome::Failed)
    }

    fn contributes(&self) -> bool {
        self.state != Some(State::Failed)
    }

    fn why(&self) -> String {
        match (&self.reason, &self.message) {
            (Some(reason), Some(message)) => format!("{reason}: {}", message.trim_end_matches('.')),
            _ => "-".to_owned(),
        }
    }

    fn cause(&self) -> String {
        format!("{}: {}", self.repo, self.why())
    }
}

/// The word for an outcome.
fn word(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("locked", Outcome::as_str)
}

fn write_outcome<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word(*outcome))
}

/// The failure if a required source has no valid index now, in which case nothing is written.
pub(super) fn required(reports: &[Report]) -> Option<Failure> {
    let refused: Vec<String> = reports.iter().filter(|it| it.required && it.is_failure()).map(Report::cause).collect();
    (!refused.is_empty()).then(|| {
        Failure::new(Exit::Refused, "a required source has no valid index now, so nothing is written")
            .because(refused)
            .hint("correct its index, or compose from the lock file with --locked")
    })
}

/// The failure if a source contributes nothing because its index was never valid.
pub(super) fn missing(reports: &[Report]) -> Option<Failure> {
    let missing: Vec<String> = reports.iter().filter(|it| !it.contributes()).map(Report::cause).collect();
    (!missing.is_empty()).then(|| {
        let sources = if missing.len() == 1 {
            "1 source contributes".to_owned()
        } else {
            format!("{} sources contribute", missing.len())
        };
        Failure::new(Exit::Refused, format!("{sources} nothing: no valid index is known"))
            .because(missing)
            .hint("find the errors with `reuse-surface index validate PATH|URL`, or set `enabled: false`")
    })
}

/// Writes a line for every source, and the diagnostics.
pub(super) fn describe(text: &mut Text, reports: &[Report]) {
    if reports.is_empty() {
        return;
    }
    text.table(["REPO", "OUTCOME", "STATE", "CAPABILITIES", "REASON"], reports.iter().map(row));
    for report in reports {
        for diagnostic in &report.diagnostics {
            text.line(format!("{}: {diagnostic}", report.repo));
        }
    }
}

fn row(report: &Report) -> [Cell; 5] {
    [
        (&report.repo).into(),
        word(report.outcome).into(),
        report.state.map_or_else(|| "-".into(), |state| Cell::toned(state.as_str(), Tone::of_state(&state.into()))),
        report.capability_count.into(),
        report.reason.as_deref().unwrap_or("-").into(),
    ]
}
