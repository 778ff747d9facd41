//! Where the version of the component's database comes from.

use crate::postgres::{Probe, Servers};
use crate::sqlite::Databases;
use crate::version::Version;

pub(crate) enum Versions {
    /// Files that no other program writes. Once the component uses one of the servers, whose commits are not seen here, the version is unknown.
    Files(Databases, Servers),
    /// A server that other programs write to as well.
    Server(Box<Probe>),
}

impl Versions {
    /// The version of the database at some moment between the call and its end. `None` if it is not known: then no cached response is valid.
    pub(crate) async fn current(&self) -> Option<Version> {
        match self {
            Self::Files(_, servers) if servers.is_used() => None,
            Self::Files(databases, _) => Some(databases.version()),
            Self::Server(probe) => probe.version().await,
        }
    }
}
