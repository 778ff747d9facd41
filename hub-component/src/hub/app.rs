//! What an instance keeps between requests: its ports, its address, and caches that are valid by construction.

use super::document::Documents;
use crate::ports::Ports;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{StoreError, migrations};

/// Shared by the requests of one instance. No truth lives here: an instance may be dropped after any request.
#[derive(Clone)]
pub struct App<P> {
    /// The world.
    pub ports: P,
    /// The address that a request came to, where that is the hub's.
    base: Option<Arc<str>>,
    inner: Arc<Inner>,
}

/// What an instance is told about where it runs.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The hub's address, if the operator gave one; else it is the one that each request came to.
    pub public_url: String,
    /// Which host runs it.
    pub host: Host,
}

/// A host of the component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// `reuse-surface serve`, which reads headers of answers that are not for clients, and takes them out.
    Serve,
    /// Any other: Spin.
    #[default]
    Spin,
}

struct Inner {
    setting: Setting,
    migrated: AtomicBool,
    documents: Documents,
    refreshing: AtomicBool,
}

impl<P: Ports> App<P> {
    /// An instance where `setting` says.
    pub fn new(ports: P, mut setting: Setting) -> Self {
        setting.public_url.truncate(setting.public_url.trim_end_matches('/').len());
        let inner = Inner {
            setting,
            migrated: AtomicBool::new(false),
            documents: Documents::default(),
            refreshing: AtomicBool::new(false),
        };
        Self { ports, base: None, inner: Arc::new(inner) }
    }

    /// The hub's address as links have it, without a slash at the end; empty if unknown.
    pub fn public_url(&self) -> &str {
        self.base.as_deref().unwrap_or(&self.inner.setting.public_url)
    }

    /// The same, if the operator gave it. A client cannot choose this one.
    pub fn configured_url(&self) -> &str {
        &self.inner.setting.public_url
    }

    /// The same app for a request that came to `base`, where the operator gave no address.
    pub fn reached_at(self, base: Option<Arc<str>>) -> Self {
        Self { base, ..self }
    }

    /// Which host runs it.
    pub fn host(&self) -> Host {
        self.inner.setting.host
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

    /// The rendered documents of the newest revision.
    pub fn documents(&self) -> &Documents {
        &self.inner.documents
    }
}
