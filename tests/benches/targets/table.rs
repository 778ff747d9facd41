//! The output table of a run.

use std::time::Duration;

/// Prints rows as they are measured.
#[derive(Default)]
pub struct Table {
    begun: bool,
}

impl Table {
    /// Prints a row: what was measured, the figure, the reference beside it, and the target of the design.
    #[expect(clippy::print_stdout, reason = "the table is what a run is for")]
    pub fn row(&mut self, what: &str, figure: &str, beside: &str, target: &str) {
        if !self.begun {
            println!("| what | measured | compared with | target |\n| --- | --- | --- | --- |");
            self.begun = true;
        }
        println!("| {what} | {figure} | {beside} | {target} |");
    }
}

/// The median.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Formats a duration as milliseconds.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
