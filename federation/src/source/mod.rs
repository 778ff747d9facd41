//! A source: its observed state, its contribution, and how the next observation changes them.
//!
//! One pure state machine, so that the hub and an offline composition decide alike.

mod announced;
mod bound;
mod observe;
mod pushed;
mod record;
mod release;
mod schedule;
mod state;

pub use observe::{Effect, Observation};
pub use record::{AbortedValidation, Accepted, Checked, Failure, Head, Held, Outdated, Pushed, SourceRecord, Verdict};
pub use release::NotReleased;
pub use schedule::next_check;
pub use state::{GRACE, State};
