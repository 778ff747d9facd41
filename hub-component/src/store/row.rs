//! Reading columns: a wrong type is an error with its place, never a default.

use super::StoreError;
use crate::ports::{Row, Value};

/// Typed access to the columns of a [`Row`] by position.
pub(super) trait Columns {
    fn integer(&self, index: usize) -> Result<i64, StoreError>;
    fn text(&self, index: usize) -> Result<&str, StoreError>;
    fn blob(&self, index: usize) -> Result<&[u8], StoreError>;

    /// `None` for SQL NULL.
    fn optional_integer(&self, index: usize) -> Result<Option<i64>, StoreError> {
        if self.is_null(index) { Ok(None) } else { self.integer(index).map(Some) }
    }

    fn is_null(&self, index: usize) -> bool;

    fn flag(&self, index: usize) -> Result<bool, StoreError> {
        Ok(self.integer(index)? != 0)
    }

    fn count<N: TryFrom<i64>>(&self, index: usize) -> Result<N, StoreError> {
        let integer = self.integer(index)?;
        N::try_from(integer).map_err(|_| StoreError::Unreadable(format!("column {index} holds {integer}")))
    }
}

impl Columns for Row {
    fn integer(&self, index: usize) -> Result<i64, StoreError> {
        match self.get(index) {
            Some(Value::Integer(integer)) => Ok(*integer),
            other => Err(unexpected(index, "an integer", other)),
        }
    }

    fn is_null(&self, index: usize) -> bool {
        matches!(self.get(index), Some(Value::Null))
    }

    fn text(&self, index: usize) -> Result<&str, StoreError> {
        match self.get(index) {
            Some(Value::Text(text)) => Ok(text),
            other => Err(unexpected(index, "text", other)),
        }
    }

    fn blob(&self, index: usize) -> Result<&[u8], StoreError> {
        match self.get(index) {
            Some(Value::Blob(bytes)) => Ok(bytes),
            other => Err(unexpected(index, "bytes", other)),
        }
    }
}

/// Placeholders for `count` values from the `first` on, with commas between them: `$3, $4`.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    marks.join(", ")
}

fn unexpected(index: usize, expected: &str, found: Option<&Value>) -> StoreError {
    let found = match found {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Integer(_)) => "an integer",
        Some(Value::Text(_)) => "text",
        Some(Value::Blob(_)) => "bytes",
    };
    StoreError::Unreadable(format!("column {index}: expected {expected}, found {found}"))
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
