//! A scripted hub, a server of indexes, the binary under test, and documents to answer with.

mod hub;
pub(crate) mod place;
mod program;
mod server;
mod shapes;

pub(crate) use self::hub::{Answer, Hub};
pub(crate) use self::place::Place;
pub(crate) use self::program::{Ran, program};
pub(crate) use self::server::Server;
pub(crate) use self::shapes::{index, page, problem, registration, source};
