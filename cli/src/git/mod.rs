//! What a git work tree says about where its index is published.

mod checkout;
mod forge;
mod remote;

pub(crate) use self::checkout::published;
pub(crate) use self::forge::Forge;
