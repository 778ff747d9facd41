//! Refreshing: fetch what is due, judge it, and publish what changed, while slow sources are still on their way.

mod answer;
mod check;
mod one;
mod record;
mod report;
mod run;

pub use answer::{newest, refresh_running};
pub use check::{Checked, check};
pub use one::refresh_one;
pub use record::{apply, contribution};
pub use report::{Report, outcome, report};
pub use run::{Scope, refresh_many};
