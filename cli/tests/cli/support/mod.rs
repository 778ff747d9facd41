//! A scripted hub, the binary under test, and registrations to answer with.

mod hub;
mod program;
mod shapes;

pub(crate) use self::hub::{Answer, Hub};
pub(crate) use self::program::{Ran, program};
pub(crate) use self::shapes::{page, problem, registration, source};
