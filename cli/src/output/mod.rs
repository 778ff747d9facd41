//! The only module that writes to standard output and standard error.

mod escape;
mod finding;
mod log;
mod paint;
mod progress;
pub(crate) mod sarif;
mod text;
mod yaml;

use self::escape::escape;
pub(crate) use self::log::{finish as finish_log, start as start_log};
pub(crate) use self::paint::Tone;
pub(crate) use self::text::{Cell, Text};
use crate::args::{Format, Global};
use crate::env;
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use clap::error::{ContextKind, ContextValue};
use serde_json::Value;
use std::io::{self, IsTerminal as _, Write as _};

/// How and where to write, determined once from the flags.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
    has_terminal: bool,
    colour_out: bool,
    colour_err: bool,
}

impl Output {
    /// Creates the output from the global flags and the environment.
    pub(crate) fn new(global: &Global) -> Self {
        let is_refused = env::forbids_color() || env::is_dumb_terminal();
        let colour = |is_terminal| paint::is_wanted(global.color, is_terminal, is_refused);
        Self {
            format: global.output,
            quiet: global.quiet,
            has_terminal: io::stderr().is_terminal(),
            colour_out: colour(io::stdout().is_terminal()),
            colour_err: colour(io::stderr().is_terminal()),
        }
    }

    /// The requested format.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// The width of standard output in columns; `None` if it is not a terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        console::Term::stdout().size_checked().map(|(_, columns)| columns.into())
    }

    /// Writes the result of a command: `value` as JSON or YAML, or the text that `table` builds.
    pub(crate) fn result(&self, value: &Value, table: impl FnOnce(&mut Text)) -> Result<(), Failure> {
        let written = match self.format {
            // A command that writes Markdown does so itself.
            Format::Json | Format::Sarif | Format::Markdown => format!("{value:#}\n"),
            Format::Yaml => yaml::render(value)?,
            Format::Table => {
                let mut text = Text::new(self.colour_out);
                table(&mut text);
                text.finish()
            }
        };
        self.raw(written.as_bytes())
    }

    /// Writes bytes unchanged.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // The reader has closed the pipe, as `| head` does; that is not an error.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| {
                Failure::new(Exit::Refused, "standard output cannot be written to")
                    .because(chain(&error))
                    .hint("check that its destination has free space")
            }),
        }
    }

    /// Writes a message that is not part of the result, unless `--quiet` is set.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.say(&escape(message));
        }
    }

    /// Shows the user what the program is waiting for.
    pub(crate) fn progress(&self, message: &str) {
        if self.has_terminal {
            self.note(message);
        }
    }

    /// Warns about something that the user should change.
    pub(crate) fn warn(&self, message: &str) {
        self.say(&format!("{}: {}", Tone::Warn.paint("warning", self.colour_err), escape(message)));
    }

    /// Shows why a command failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        self.say(&format!("{}: {}", Tone::Bad.paint("error", self.colour_err), escape(&failure.what)));
        for cause in &failure.causes {
            self.say(&format!("  {}", escape(cause)));
        }
        if let Some(hint) = &failure.hint {
            self.say(&format!("{}: {}", Tone::Hint.paint("hint", self.colour_err), escape(hint)));
        }
    }

    fn say(&self, line: &str) {
        // There is nowhere to report that standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// Arguments whose values clap does not repeat when it refuses them: they may come from variables, and end up in logs.
const MAY_HAVE_PASSWORDS: [&str; 5] = ["--database-url", "--proxy", "--mirror-of", "--from", "--to"];

/// Prints clap's output: help and version on standard output, usage errors on standard error.
pub(crate) fn help_or_usage(mut answer: clap::Error) -> Exit {
    if let Some(ContextValue::String(argument)) = answer.get(ContextKind::InvalidArg)
        && MAY_HAVE_PASSWORDS.contains(&argument.split(' ').next().unwrap_or_default())
    {
        answer.insert(ContextKind::InvalidValue, ContextValue::String("…".to_owned()));
    }
    // As in `say` and `raw`, a closed pipe is not an error, and there is nowhere else to report.
    let _ = answer.print();
    if answer.use_stderr() { Exit::Usage } else { Exit::Done }
}
