//! A part of the file with its place.

use crate::path::{Path, Step};
use serde_json::Value;

/// A value, and where in the file it is.
#[derive(Debug, Clone)]
pub(super) struct Node<'v> {
    pub(super) path: Path<'v>,
    pub(super) value: &'v Value,
}

impl<'v> Node<'v> {
    /// One of several documents.
    pub(super) fn of_document(place: usize, value: &'v Value) -> Self {
        Self { path: Path::default().with(Step::Document(place)), value }
    }

    /// A field of a mapping.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        let mut fields = self.value.as_object()?.iter().enumerate();
        let (place, (key, value)) = fields.find(|(_, (key, _))| *key == name)?;
        Some(Self { path: self.path.with(Step::Field(place, key)), value })
    }

    /// The fields of a mapping.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'v str, Self)> + '_ {
        let fields = self.value.as_object().into_iter().flatten().enumerate();
        fields
            .map(|(place, (key, value))| (key.as_str(), Self { path: self.path.with(Step::Field(place, key)), value }))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> + '_ {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(|(place, value)| Self { path: self.path.with(Step::Item(place)), value })
    }

    /// The number of items of a list.
    pub(super) fn count(&self) -> usize {
        self.value.as_array().map_or(0, Vec::len)
    }

    /// The text, unless it is blank.
    pub(super) fn text(&self) -> Option<&'v str> {
        self.value.as_str().filter(|text| !text.trim().is_empty())
    }

    /// A field that is a text and not blank.
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        self.get(name).filter(|field| field.text().is_some())
    }
}
