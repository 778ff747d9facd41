//! A body that is made while it is sent.

use bytes::Bytes;
use futures::Stream;
use std::pin::Pin;

/// Why a body broke off; the client sees that it is shorter than announced.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BrokenOff(pub String);

/// What a body is made of.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BrokenOff>> + Send>>;
