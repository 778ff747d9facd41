//! A progress bar for refreshes.

use super::Output;
use crate::env;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar on a terminal, or nothing elsewhere. It is removed on drop.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Output {
    /// Shows the user how many of `total` items are done.
    pub(crate) fn bar(&self, total: usize, what: &'static str) -> Progress {
        if !self.has_terminal || self.quiet || total < 2 || env::is_dumb_terminal() {
            return Progress(None);
        }
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr()).with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {pos} of {len}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress(Some(bar))
    }
}

impl Progress {
    /// Counts one more item as done.
    pub(crate) fn step(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
