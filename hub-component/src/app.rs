//! What an instance keeps between requests: its ports, its address, and caches that are valid by construction.

use crate::document::Documents;
use crate::edge::Fixed;
use crate::ports::Ports;
use crate::store::{StoreError, migrations};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Shared by the requests of one instance. No truth lives here: an instance may be dropped after any request.
#[derive(Clone)]
pub struct App<P> {
    /// The world.
    pub ports: P,
    inner: Arc<Inner>,
}

struct Inner {
    public_url: String,
    migrated: AtomicBool,
    documents: Documents,
    refreshing: AtomicBool,
    openapi: OnceLock<Fixed>,
}

impl<P: Ports> App<P> {
    /// An instance that is reached at `public_url`.
    pub fn new(ports: P, public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let inner = Inner {
            public_url,
            migrated: AtomicBool::new(false),
            documents: Documents::default(),
            refreshing: AtomicBool::new(false),
            openapi: OnceLock::new(),
        };
        Self { ports, inner: Arc::new(inner) }
    }

    /// The hub's address, without a slash at the end; empty if unknown.
    pub fn public_url(&self) -> &str {
        &self.inner.public_url
    }

    /// The database, its schema up to date.
    ///
    /// # Errors
    /// When it cannot be reached or brought up to date.
    pub async fn database(&self) -> Result<&P::Database, StoreError> {
        if !self.inner.migrated.load(Ordering::Relaxed) {
            migrations::migrate(self.ports.database(), self.ports.now()).await?;
            self.inner.migrated.store(true, Ordering::Relaxed);
        }
        Ok(self.ports.database())
    }

    /// Whether this instance may begin a refresh after a read; the lease in the database decides among instances.
    pub fn begin_refresh(&self) -> bool {
        !self.inner.refreshing.swap(true, Ordering::Relaxed)
    }

    /// The refresh after a read has ended.
    pub fn end_refresh(&self) {
        self.inner.refreshing.store(false, Ordering::Relaxed);
    }

    /// The OpenAPI document, written once.
    pub fn openapi(&self, write: impl FnOnce() -> Fixed) -> &Fixed {
        self.inner.openapi.get_or_init(write)
    }

    /// The rendered documents of the newest revision.
    pub fn documents(&self) -> &Documents {
        &self.inner.documents
    }
}
