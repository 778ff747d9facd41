//! `reuse-surface explain`.

use crate::args::Explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Text};
use federation::problem::{self, Kind, Place};
use serde_json::json;

/// Minimum similarity, from 0 to 1, for suggesting another code.
const MIN_SIMILARITY: f64 = 0.8;

pub(super) fn run(args: &Explain, output: &Output) -> Result<Exit, Failure> {
    let Some(wanted) = args.code.as_deref() else {
        let kinds: Vec<&Kind> = problem::all().collect();
        output.result(&json!({ "problems": kinds }), |text| list(text, &kinds))?;
        return Ok(Exit::Done);
    };
    let code = wanted.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let kinds: Vec<&Kind> = problem::find(&code).collect();
    if kinds.is_empty() {
        return Err(unknown(&code));
    }
    output.result(&json!({ "problems": kinds }), |text| kinds.iter().for_each(|kind| describe(text, kind)))?;
    Ok(Exit::Done)
}

fn list(text: &mut Text, kinds: &[&Kind]) {
    let rows = kinds.iter().map(|kind| [Cell::from(kind.code), where_it_stands(kind).into(), kind.title.into()]);
    text.table(["CODE", "OCCURS IN", "TITLE"], rows);
}

fn describe(text: &mut Text, kind: &Kind) {
    text.fields([
        ("code", Some(kind.code.into())),
        ("occurs in", Some(where_it_stands(kind).into())),
        ("title", Some(kind.title.into())),
        ("meaning", Some(kind.meaning.into())),
        ("remedy", Some(kind.remedy.into())),
    ]);
}

fn where_it_stands(kind: &Kind) -> String {
    let place = match kind.place {
        Place::Answer => "a response of the hub",
        Place::Host => "a response of the host",
        Place::Field => "a field of a registration",
        Place::Source => "the reason for a source's state",
        Place::Index => "a finding in a document",
        Place::Program => "a result of `reuse-surface mcp`",
    };
    kind.status.map_or_else(|| place.to_owned(), |status| format!("{place} ({status})"))
}

fn unknown(code: &str) -> Failure {
    let alike = problem::all()
        .map(|kind| (strsim::jaro_winkler(code, kind.code), kind.code))
        .filter(|(likeness, _)| *likeness >= MIN_SIMILARITY)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let failure = Failure::new(Exit::Usage, format!("there is no code `{code}`"));
    match alike {
        Some((_, alike)) => failure.hint(format!("did you mean `{alike}`? `reuse-surface explain` lists all codes")),
        None => {
            failure.hint("`reuse-surface explain` lists the codes of this version; a hub explains its own at /problems")
        }
    }
}
