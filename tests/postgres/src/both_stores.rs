//! A program of tests that runs some of them on PostgreSQL as well.

use anyhow::{Result, ensure};
use std::env;
use std::io::{Write as _, stdout};
use std::process::Command;

/// The variable that selects the database of the tests.
const STORE: &str = "STORE";

/// Whether the tests of this process run on PostgreSQL.
pub fn is_on_postgres() -> bool {
    env::var(STORE).is_ok_and(|store| store == "postgres")
}

/// Runs the tests of this program whose names contain one of `filters` once more, on PostgreSQL. It does nothing where they run there already.
///
/// # Errors
/// If a test fails, or none matches a filter. The names of the tests that failed are then in the output of this program, as the harness writes its own.
pub fn run_on_postgres(filters: &[&str]) -> Result<()> {
    if is_on_postgres() {
        return Ok(());
    }
    let ran = Command::new(env::current_exe()?).args(filters).env(STORE, "postgres").output()?;
    let printed = String::from_utf8_lossy(&ran.stdout);
    for failed in printed.lines().filter(|line| line.ends_with("FAILED")).filter_map(|line| line.strip_prefix("test "))
    {
        // The harness captures what `println!` writes.
        writeln!(stdout(), "test on_postgresql::{failed}")?;
    }
    let failures = printed.split_once("\nfailures:\n").map_or(&*printed, |(_, failures)| failures);
    ensure!(ran.status.success(), "{}: {failures}\n{}", ran.status, String::from_utf8_lossy(&ran.stderr));
    for filter in filters {
        ensure!(printed.contains(&format!("test {filter}")), "no test of {filter} ran");
    }
    Ok(())
}
