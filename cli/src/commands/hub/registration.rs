//! A registration as text.

use super::words::{finding, meanwhile, snippet, why};
use crate::client::Answer;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text, Tone};
use api::repos::Repo;
use federation::source::State;

/// Writes the registration in a response, and warns about anything unusual in it.
pub(super) fn show(answer: &Answer, output: &Output) -> Result<Repo<'static>, Failure> {
    let repo: Repo<'static> = answer.shape()?;
    output.result(&answer.body, |text| describe(text, &repo, answer.etag.as_deref()))?;
    repo.warnings.iter().for_each(|warning| output.warn(&warning.message));
    Ok(repo)
}

/// Writes all details of a registration, and its diagnostics.
fn describe(text: &mut Text, repo: &Repo<'_>, etag: Option<&str>) {
    let (registration, status) = (&repo.registration, &repo.status);
    let optional = |value: &Option<String>| value.as_deref().map(Cell::from);
    let description = Some(registration.description.as_str()).filter(|description| !description.is_empty());
    let labels: Vec<String> = registration.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let labels = (!labels.is_empty()).then(|| labels.join(", ").into());
    text.fields([
        ("repo", Some((&registration.repo).into())),
        ("url", Some((&registration.url).into())),
        ("format", Some(registration.format.as_str().into())),
        ("domain", Some((&registration.domain).into())),
        ("description", description.map(Cell::from)),
        ("labels", labels),
        ("enabled", Some(registration.enabled.into())),
        ("required", Some(registration.required.into())),
        ("cache ttl", Some(format!("{} s", registration.cache_ttl_seconds).into())),
        ("state", Some(Cell::toned(status.state.as_str(), Tone::of_state(&status.state)))),
        ("reason", why(&status.reason, &status.message).map(Cell::from)),
        ("failing since", optional(&status.failing_since)),
        ("readers", (!status.state.is(State::Fresh)).then(|| meanwhile(status).into())),
        ("capabilities", Some(status.capability_count.into())),
        ("index digest", status.index_digest.as_ref().map(|digest| digest.as_str().into())),
        ("commit", status.provenance.as_deref().map(|it| format!("{} of {}", it.commit, it.repository).into())),
        ("held digest", status.held_digest.as_ref().map(|digest| digest.as_str().into())),
        ("verified at", optional(&status.verified_at)),
        ("last attempt", optional(&status.last_attempt_at)),
        ("next check", optional(&status.next_check_at)),
        ("last push", optional(&status.pushed_at)),
        ("registered at", Some((&repo.registered_at).into())),
        ("registered by", Some((&repo.registered_by).into())),
        ("updated at", Some((&repo.updated_at).into())),
        ("etag", etag.map(Cell::from)),
    ]);
    if !status.diagnostics.is_empty() {
        text.line("diagnostics");
        for diagnostic in status.diagnostics.iter() {
            text.line(format!("  {}", finding(diagnostic)));
            snippet(diagnostic).iter().for_each(|line| text.line(format!("    {line}")));
        }
    }
}
