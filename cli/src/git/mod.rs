//! Derives from a git work tree where its index is published.

mod checkout;
mod remote;

pub(crate) use self::checkout::published;
