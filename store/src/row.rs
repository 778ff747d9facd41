//! Reads columns. A wrong type is an error, never a default.

use crate::StoreError;
use crate::database::{Row, Value};
use federation::digest::Digest;

/// Typed access to the column of a row that has only one; [`Reader`] reads a row of several.
pub(super) trait SoleColumn {
    fn integer(&self) -> Result<i64, StoreError>;
    fn text(&self) -> Result<&str, StoreError>;
    fn blob(&self) -> Result<&[u8], StoreError>;

    /// `None` for SQL NULL.
    fn optional_integer(&self) -> Result<Option<i64>, StoreError>;

    fn count<N: TryFrom<i64>>(&self) -> Result<N, StoreError> {
        read_count(self.integer()?)
    }
}

impl SoleColumn for Row {
    fn integer(&self) -> Result<i64, StoreError> {
        read_integer(self.first())
    }

    fn text(&self) -> Result<&str, StoreError> {
        read_text(self.first())
    }

    fn blob(&self) -> Result<&[u8], StoreError> {
        read_blob(self.first())
    }

    fn optional_integer(&self) -> Result<Option<i64>, StoreError> {
        Reader::of(self).optional(Reader::integer)
    }
}

/// Reads the columns of a row one after another, in the order of the `SELECT`.
pub(crate) struct Reader<'a>(std::slice::Iter<'a, Value>);

impl<'a> Reader<'a> {
    /// Starts at the first column.
    pub(crate) fn of(row: &'a [Value]) -> Self {
        Self(row.iter())
    }

    /// The next column, whatever its type; `None` after the last one.
    pub(crate) fn value(&mut self) -> Option<&'a Value> {
        self.0.next()
    }

    pub(crate) fn integer(&mut self) -> Result<i64, StoreError> {
        read_integer(self.value())
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, StoreError> {
        read_text(self.value())
    }

    pub(crate) fn blob(&mut self) -> Result<&'a [u8], StoreError> {
        read_blob(self.value())
    }

    pub(crate) fn string(&mut self) -> Result<String, StoreError> {
        self.text().map(str::to_owned)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, StoreError> {
        Ok(self.integer()? != 0)
    }

    pub(crate) fn count<N: TryFrom<i64>>(&mut self) -> Result<N, StoreError> {
        read_count(self.integer()?)
    }

    pub(crate) fn digest(&mut self) -> Result<Digest, StoreError> {
        let text = self.text()?;
        Digest::parse(text).ok_or_else(|| StoreError::Unreadable(format!("`{text}` is not a digest")))
    }

    /// Reads the next column with `read`; `None` for SQL NULL.
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self.0.as_slice().first() {
            Some(Value::Null) => {
                self.0.next();
                Ok(None)
            }
            _ => read(self).map(Some),
        }
    }
}

/// Comma-separated placeholders for `count` values from number `first`: `$3, $4`.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    marks.join(", ")
}

fn read_integer(column: Option<&Value>) -> Result<i64, StoreError> {
    match column {
        Some(Value::Integer(integer)) => Ok(*integer),
        other => Err(unexpected("an integer", other)),
    }
}

fn read_text(column: Option<&Value>) -> Result<&str, StoreError> {
    match column {
        Some(Value::Text(text)) => Ok(text),
        other => Err(unexpected("text", other)),
    }
}

fn read_blob(column: Option<&Value>) -> Result<&[u8], StoreError> {
    match column {
        Some(Value::Blob(bytes)) => Ok(bytes),
        other => Err(unexpected("bytes", other)),
    }
}

pub(super) fn read_count<N: TryFrom<i64>>(integer: i64) -> Result<N, StoreError> {
    N::try_from(integer).map_err(|_| StoreError::Unreadable(format!("a column holds {integer}, which is out of range")))
}

fn unexpected(expected: &str, found: Option<&Value>) -> StoreError {
    let found = match found {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Integer(_)) => "an integer",
        Some(Value::Text(_)) => "text",
        Some(Value::Blob(_)) => "bytes",
    };
    StoreError::Unreadable(format!("a column: expected {expected}, found {found}"))
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<Option<i64>> for Value {
    fn from(integer: Option<i64>) -> Self {
        integer.map_or(Self::Null, Self::Integer)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Integer(flag.into())
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}
