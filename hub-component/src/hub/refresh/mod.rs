//! Refreshing: fetches due sources, validates them, and publishes changes without waiting for slow sources.

mod answer;
mod applied;
mod batch;
mod check;
mod one;
mod record;
mod report;
mod run;
mod scope;

pub use answer::{newest, refresh_running};
pub use check::{Checked, NewSnapshot, check, fetch, judge};
pub use one::refresh_one;
pub use record::{apply, contribution};
pub use report::{Report, report};
pub use run::refresh_many;
pub use scope::{Commit, Scope};
