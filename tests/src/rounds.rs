//! How much a test does, and what it measured.

/// How many rounds a test runs: the value in the environment, for nightly runs, or the number that CI has time for.
pub fn amount(variable: &str, in_ci: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(in_ci)
}

/// Prints what a test measured, for `docs/reliability.md`; shown with `--nocapture`.
#[expect(clippy::print_stderr, reason = "figures of a run are for whoever reads its output")]
pub fn figures(what: &str) {
    eprintln!("figures: {what}");
}
