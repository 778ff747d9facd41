//! Colours. They only repeat information that the text contains.

use crate::args::Color;
use federation::diff::Op;
use federation::open::Open;
use federation::source::State;

/// Whether a stream gets colours. The flag takes precedence over the environment, which takes precedence over the kind of stream.
pub(super) fn is_wanted(when: Color, is_terminal: bool, is_refused: bool) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !is_refused,
    }
}

/// The meaning of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Warn,
    Bad,
    Hint,
}

impl Tone {
    /// The tone of a source's state.
    pub(crate) fn of_state(state: &Open<State>) -> Self {
        match state {
            Open::Known(State::Fresh) => Self::Good,
            Open::Known(State::Stale | State::Held) => Self::Warn,
            Open::Known(State::Failed) => Self::Bad,
            Open::Known(State::Pending | State::Disabled) | Open::Unknown(_) => Self::Plain,
        }
    }

    /// The tone of a change.
    pub(crate) fn of_op(op: &Open<Op>) -> Self {
        match op {
            Open::Known(Op::Added) => Self::Good,
            Open::Known(Op::Removed) => Self::Bad,
            Open::Known(Op::Changed) | Open::Unknown(_) => Self::Warn,
        }
    }

    /// `text` in the colour of the tone, or unchanged. Every tone adds the same number of characters, so that the columns of a table stay
    /// aligned although the escapes count as text.
    pub(super) fn paint(self, text: &str, colour: bool) -> String {
        if !colour {
            return text.to_owned();
        }
        let code = match self {
            Self::Plain => "39",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
            Self::Hint => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::{Tone, is_wanted};
    use crate::args::Color;

    #[test]
    fn the_flag_beats_the_environment_and_the_environment_beats_the_terminal() {
        assert!(is_wanted(Color::Auto, true, false));
        assert!(!is_wanted(Color::Auto, true, true));
        assert!(!is_wanted(Color::Auto, false, false));
        assert!(is_wanted(Color::Always, false, true));
        assert!(!is_wanted(Color::Never, true, false));
    }

    #[test]
    fn every_tone_adds_the_same_length() {
        let lengths = [Tone::Plain, Tone::Good, Tone::Warn, Tone::Bad, Tone::Hint].map(|it| it.paint("x", true).len());
        assert_eq!(lengths, [lengths[0]; 5]);
        assert_eq!(Tone::Bad.paint("x", false), "x");
    }
}
