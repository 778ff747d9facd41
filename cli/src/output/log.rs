//! The log of a running hub.

use std::io;

use crate::args::LogFormat;

/// Sends the program's log to standard error from now on. A second call changes nothing.
pub(crate) fn start(format: LogFormat) {
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_target(false);
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
}
