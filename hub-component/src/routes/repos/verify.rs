//! Checks an index before its registration is written, so that the hub never has to choose between blocking all revisions and dropping a
//! required source.

use crate::hub::App;
use crate::hub::refresh::{self, Checked};
use crate::ports::Ports;
use crate::problem::{Kind, Problem, kinds};
use api::problem::ProblemEntry;
use federation::registration::Registration;
use federation::source::{Failure, SourceRecord};

/// Why an index must be valid before the registration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValidityReason {
    /// The client asked for it.
    Requested,
    /// The source is, or becomes, required.
    Required,
}

/// Fetches and checks the index of a registration.
///
/// # Errors
/// `index-invalid` or `required-unverified`, with the diagnostics.
pub(super) async fn verify<P: Ports>(
    app: &App<P>,
    registration: &Registration,
    because: ValidityReason,
) -> Result<Checked, Problem> {
    let checked = refresh::check(&app.ports, registration, &SourceRecord::default()).await;
    let mut record = SourceRecord::default();
    record.observe(registration, checked.observation.clone(), app.ports.now(), 0.0);
    match record.failure {
        None => Ok(checked),
        Some(failure) => Err(refusal(failure, because)),
    }
}

fn refusal(failure: Failure, because: ValidityReason) -> Problem {
    let (kind, detail): (&'static Kind, _) = match because {
        ValidityReason::Requested => (&kinds::INDEX_INVALID, "The index is not valid, so nothing was written."),
        ValidityReason::Required => {
            (&kinds::REQUIRED_UNVERIFIED, "A required source must have a valid index; nothing was written.")
        }
    };
    let problem = Problem::new(kind, detail);
    if !failure.diagnostics.is_empty() {
        return problem.with_diagnostics(failure.diagnostics);
    }
    problem.with(vec![ProblemEntry::new("/url", failure.code, failure.message)])
}
