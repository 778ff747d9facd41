//! Values that are kept as the JSON they were read from or written to.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::marker::PhantomData;

/// A `T` as JSON text. The hub serialises it once and knows its size; a client reads it without losing fields of a newer version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T> {
    text: Box<RawValue>,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Json<T> {
    /// Serialises a value.
    ///
    /// # Errors
    /// If the value cannot be JSON, such as a map whose keys are not strings.
    pub fn write(value: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self { text: to_raw_value(value)?, of: PhantomData })
    }

    /// Length in bytes.
    pub fn size(&self) -> usize {
        self.text.get().len()
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Deserialises the value.
    ///
    /// # Errors
    /// If the JSON does not have the shape of a `T`.
    pub fn read(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.text.get())
    }
}
