//! The keys of pieces.

use federation::compose::Format;

/// The form in which a piece is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The format of the document.
    pub format: Format,
    /// Whether it is compressed.
    pub deflated: bool,
}

impl Form {
    const COUNT: i64 = 4;

    fn number(self) -> i64 {
        let format = match self.format {
            Format::Json => 0,
            Format::Yaml => 2,
        };
        format + i64::from(self.deflated)
    }
}

/// The plain and the compressed form.
pub(crate) fn forms(format: Format) -> [Form; 2] {
    [false, true].map(|deflated| Form { format, deflated })
}

/// Maximum number of pieces of a fragment in one form.
const MAX_PLACES: i64 = 1 << 12;

/// The key of a piece.
pub(super) fn piece_key(fragment: i64, form: Form, place: usize) -> i64 {
    let place = i64::try_from(place).unwrap_or(MAX_PLACES).min(MAX_PLACES - 1);
    (fragment * Form::COUNT + form.number()) * MAX_PLACES + place
}

/// The range of keys that the pieces of a fragment can have.
pub(super) fn range(fragment: i64) -> (i64, i64) {
    let first = fragment * Form::COUNT * MAX_PLACES;
    (first, first + Form::COUNT * MAX_PLACES - 1)
}
