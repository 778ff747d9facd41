//! What a composition is made of.

use super::report::Report;
use crate::offline::{Contribution, Lock};

/// The input of the composition, and a report on every source.
pub(super) struct Inputs {
    pub(super) lock: Lock,
    pub(super) contributions: Vec<Contribution>,
    pub(super) reports: Vec<Report>,
}
