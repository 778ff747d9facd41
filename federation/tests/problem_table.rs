//! The specification lists every code, with the remedy that the hub and the command line give; limits in the table are those of the code.

use federation::limits::*;
use federation::problem::{self, answers, fields, indexes, sources};

const SPEC: &str = include_str!("../../specs/FederationHubAPI.md");

#[test]
fn the_specification_has_every_code_and_its_remedy() {
    for kind in problem::all() {
        let code = format!("`{}`", kind.code);
        let listed = SPEC.lines().any(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let status = kind.status.map(|status| status.to_string());
            cells.first().is_some_and(|first| first.split(", ").any(|listed| listed == code))
                && cells.last() == Some(&kind.remedy)
                && status.is_none_or(|status| cells.get(1) == Some(&status.as_str()))
        });
        assert!(listed, "specs/FederationHubAPI.md lacks the row of {code}: {}", kind.remedy);
    }
}

#[test]
fn a_limit_in_the_table_is_that_of_the_code() {
    let kib = |bytes: usize| format!(" {} KiB", bytes >> 10);
    let mib = |bytes: usize| format!(" {} MiB", bytes >> 20);
    for (kind, limit) in [
        (&sources::CONNECT_TIMEOUT, format!("within {} s", CONNECT_TIMEOUT.as_secs())),
        (&sources::READ_TIMEOUT, format!("within {} s", HEADERS_TIMEOUT.as_secs())),
        (&sources::TIMEOUT, format!("than {} s", FETCH_TIMEOUT.as_secs())),
        (&sources::TOO_LARGE, mib(MAX_WIRE_BYTES)),
        (&sources::TOO_LARGE_DECODED, mib(MAX_DECODED_BYTES)),
        (&sources::INVALID_GZIP, format!("than {MAX_GZIP_MEMBERS} members")),
        (&sources::TOO_MANY_REDIRECTS, format!("than {MAX_REDIRECTS} redirects")),
        (&indexes::TOO_MANY_ALIASES, format!("than {MAX_ALIASES} aliases")),
        (&indexes::TOO_MANY_ALIASES, format!("than {MAX_ALIASED_NODES} values or{}", mib(MAX_ALIASED_BYTES))),
        (&indexes::TOO_DEEP, format!("than {MAX_DEPTH} levels")),
        (&indexes::TOO_MANY_NODES, format!("than {MAX_NODES} values")),
        (&indexes::SCALAR_TOO_LONG, kib(MAX_SCALAR_BYTES)),
        (&indexes::TOO_MANY_CAPABILITIES, format!("than {MAX_CAPABILITIES} capabilities")),
        (&indexes::CAPABILITY_TOO_LARGE, mib(MAX_CAPABILITY_BYTES)),
        (&indexes::RENDERED_TOO_LARGE, mib(MAX_RENDERED_BYTES)),
        (&indexes::MORE_DIAGNOSTICS, format!("most {MAX_DIAGNOSTICS} findings")),
        (&indexes::MORE_DIAGNOSTICS, kib(MAX_DIAGNOSTICS_BYTES)),
        (&fields::URL_TOO_LONG, format!("than {MAX_URL_CHARS} characters")),
        (&answers::PAYLOAD_TOO_LARGE, kib(MAX_BODY_BYTES)),
        (&answers::PAYLOAD_TOO_LARGE, mib(MAX_CHECKED_BYTES)),
    ] {
        let meaning = kind.meaning.replace(',', "");
        assert!(meaning.contains(&limit), "{kind}: {meaning} should say: {limit}");
    }
    assert!(fields::URL_TOO_LONG.remedy.contains(&format!(" {MAX_URL_CHARS} ")));
}
