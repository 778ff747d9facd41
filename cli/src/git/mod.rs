//! Derives from a git work tree where its index is published.

mod checkout;
mod forge;
mod remote;

pub(crate) use self::checkout::published;
pub(crate) use self::forge::Forge;
