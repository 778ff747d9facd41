//! Colour. It repeats what the words say, and never says anything alone.

/// What a piece of text means.
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
    pub(crate) fn of_state(state: &str) -> Self {
        match state {
            "fresh" => Self::Good,
            "stale" | "held" => Self::Warn,
            "failed" => Self::Bad,
            _ => Self::Plain,
        }
    }

    /// `text` in the colour of the tone, or as it is. Every tone adds equally many characters, so that the columns of a
    /// table stay aligned although the escapes are counted as part of the text.
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
