//! The specification lists every code, with the remedy that the hub and the command line give.

use federation::problem;

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
