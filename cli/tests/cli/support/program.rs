//! The binary under test.

use serde_json::Value;
use std::process::{Command, Output, Stdio};

/// The program with `arguments` and nothing in its environment.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reuse-surface"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// The exit code of the program and what it wrote.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Runs `command` to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().expect("the program starts").into()
    }

    /// Runs the program with `arguments` and a token against the hub at `url`.
    pub(crate) fn against(url: &str, arguments: &[&str]) -> Self {
        Self::of(program(arguments).env("REUSE_SURFACE_URL", url).env("REUSE_SURFACE_TOKEN", TOKEN))
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The same, after checking that the program ended with `code`, and that an error says what to do next.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(!self.out.contains(TOKEN) && !self.err.contains(TOKEN), "the token is printed: {self:?}");
        let is_error = self.err.lines().any(|line| line.starts_with("error: "));
        let next = self.err.contains("\nhint: ") || self.err.contains("try '--help'");
        assert!(!is_error || next, "the error does not say what to do next: {self:?}");
        self
    }
}

/// Must not appear in any output.
pub(crate) const TOKEN: &str = "s3cret-token";

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}
