//! Values that stay the JSON that they are.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::marker::PhantomData;

/// A `T` as JSON. The hub writes one once and knows its size; a client reads it without losing the fields of a later version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T> {
    text: Box<RawValue>,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Json<T> {
    /// Writes a value.
    ///
    /// # Errors
    /// When it has no form in JSON, such as a map whose keys are no strings.
    pub fn write(value: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self { text: to_raw_value(value)?, of: PhantomData })
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.text.get().len()
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads the value.
    ///
    /// # Errors
    /// When it is the JSON of something else.
    pub fn read(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.text.get())
    }
}
