//! The state that an instance keeps between requests: its ports, its base URL, and caches that are valid by construction.

use super::document::Documents;
use crate::log;
use crate::ports::Ports;
use api::variables;
use federation::identity::Issuers;
use federation::search::Synonyms;
use federation::transparency::SigningKey;
use federation::upstream::base_url;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::{StoreError, migrations};

/// Shared by the requests of one instance. It holds nothing that would be missed: an instance may be dropped after any request.
#[derive(Clone)]
pub struct App<P> {
    /// The ports to the outside world.
    pub ports: P,
    /// The base URL of the request, if no base URL is configured.
    base: Option<Arc<str>>,
    /// Address of the client, if the handler needs it.
    client: Option<Arc<str>>,
    inner: Arc<Inner>,
}

/// The environment of an instance.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The hub's base URL, if the operator configured one; otherwise each request's own base URL is used.
    pub public_url: String,
    /// The host that runs the instance.
    pub host: Host,
    /// Synonyms that the search uses.
    pub synonyms: Synonyms,
    /// Issuers of identities that are exchanged for tokens.
    pub issuers: Issuers,
    /// The base URL of the hub that this one mirrors, without a trailing slash; empty if it is a hub of its own.
    pub primary: String,
    /// The keys that sign the transparency log; none if it is not signed.
    pub log_keys: Vec<SigningKey>,
}

/// A host of the component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// `reuse-surface serve`, which reads and removes internal response headers.
    Serve,
    /// Any other host, such as Spin.
    #[default]
    Spin,
}

struct Inner {
    setting: Setting,
    migrated: AtomicBool,
    documents: Documents,
    refreshing: AtomicBool,
    waiting: Arc<AtomicUsize>,
    streaming: Arc<AtomicUsize>,
}

/// Maximum requests of an instance that wait for something before they respond. `serve` lets 16 requests share an instance until they have
/// a response, so 8 others always have room.
const MAX_WAITING: usize = 8;

/// Stands for a `mirror_of` that is not valid: everyone can read it, so it must not have a password. Such a hub still refuses writes, and `/health` says why
/// it cannot follow.
const INVALID_PRIMARY: &str = "invalid:mirror_of";

/// Maximum clients that follow the changes at one instance. Their response has begun, so they take no room from others.
pub const MAX_STREAMING: usize = 64;

/// A permit of a limited number of requests, returned on drop.
pub struct Permit(Arc<AtomicUsize>);

impl Permit {
    /// One of `limit` permits; `None` if all are taken.
    fn acquire(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        let fits = |taken: usize| taken.checked_add(1).filter(|sum| *sum <= limit);
        taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        Some(Self(taken.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<P: Ports> App<P> {
    /// Creates an instance in the environment `setting`.
    pub fn new(ports: P, mut setting: Setting) -> Self {
        for url in [&mut setting.public_url, &mut setting.primary] {
            url.truncate(url.trim_end_matches('/').len());
        }
        if !setting.primary.is_empty() && base_url(&setting.primary).is_none() {
            let detail = "give the base URL of a hub, without credentials";
            log::line("invalid_setting", &json!({"variable": variables::MIRROR_OF, "detail": detail}));
            INVALID_PRIMARY.clone_into(&mut setting.primary);
        }
        let inner = Inner {
            setting,
            migrated: AtomicBool::new(false),
            documents: Documents::default(),
            refreshing: AtomicBool::new(false),
            waiting: Arc::default(),
            streaming: Arc::default(),
        };
        Self { ports, base: None, client: None, inner: Arc::new(inner) }
    }

    /// The hub's base URL for links, without a trailing slash; empty if unknown.
    pub fn public_url(&self) -> &str {
        self.base.as_deref().unwrap_or(&self.inner.setting.public_url)
    }

    /// The base URL that the operator configured. A client cannot influence it.
    pub fn configured_url(&self) -> &str {
        &self.inner.setting.public_url
    }

    /// The same app for a request whose base URL is `base`. A configured base URL takes precedence.
    pub fn with_base_url(self, base: Option<Arc<str>>) -> Self {
        Self { base, ..self }
    }

    /// The same app for a request from this client.
    pub fn with_client(self, client: String) -> Self {
        Self { client: Some(client.into()), ..self }
    }

    /// The client of the request; none for work of the hub's own.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The host that runs the instance.
    pub fn host(&self) -> Host {
        self.inner.setting.host
    }

    /// Synonyms that the search uses.
    pub fn synonyms(&self) -> &Synonyms {
        &self.inner.setting.synonyms
    }

    /// Issuers of identities that are exchanged for tokens.
    pub fn issuers(&self) -> &Issuers {
        &self.inner.setting.issuers
    }

    /// The base URL of the hub that this one mirrors; `None` if it is a hub of its own.
    pub fn primary(&self) -> Option<&str> {
        Some(self.inner.setting.primary.as_str()).filter(|url| !url.is_empty())
    }

    /// The keys that sign the transparency log, all of one name; none if it is not signed.
    pub fn log_keys(&self) -> &[SigningKey] {
        &self.inner.setting.log_keys
    }

    /// The database, with its schema up to date.
    ///
    /// # Errors
    /// If the database cannot be reached or migrated.
    pub async fn database(&self) -> Result<&P::Database, StoreError> {
        if !self.inner.migrated.load(Ordering::Relaxed) {
            migrations::migrate(self.ports.database(), self.ports.now()).await?;
            self.inner.migrated.store(true, Ordering::Relaxed);
        }
        Ok(self.ports.database())
    }

    /// Whether this instance may begin a refresh after a read. Among instances, the lease in the database decides.
    pub fn begin_refresh(&self) -> bool {
        !self.inner.refreshing.swap(true, Ordering::Relaxed)
    }

    /// A place for a request to wait before it responds; `None` if too many wait already: this one must not wait.
    pub fn permit_to_wait(&self) -> Option<Permit> {
        Permit::acquire(&self.inner.waiting, MAX_WAITING)
    }

    /// A place for a client to follow the changes; `None` if too many do already.
    pub fn permit_to_stream(&self) -> Option<Permit> {
        Permit::acquire(&self.inner.streaming, MAX_STREAMING)
    }

    /// Marks the refresh after a read as finished.
    pub fn end_refresh(&self) {
        self.inner.refreshing.store(false, Ordering::Relaxed);
    }

    /// The rendered documents of the newest revision.
    pub fn documents(&self) -> &Documents {
        &self.inner.documents
    }
}
