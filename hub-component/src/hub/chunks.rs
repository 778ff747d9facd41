//! A body that is produced while it is sent.

use bytes::Bytes;
use futures::Stream;
use std::pin::Pin;

/// Why a body was cut short; the client sees that it is shorter than announced.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TruncatedBody(pub String);

/// The chunks of a body.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, TruncatedBody>> + Send>>;
