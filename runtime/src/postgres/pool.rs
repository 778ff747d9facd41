//! The pools of connections, one for each address.

use super::address;
use super::session::{Outcome, Session, chain};
use crate::allowed_hosts::AllowedHosts;
use crate::bindings::spin::postgres::postgres::{Error, ParameterValue};
use crate::budget::Budget;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Maximum number of connections to one address.
const MAX_CONNECTIONS: usize = 8;

/// How long opening may take, from waiting for a place to the end of the handshake.
const OPEN_TIME: Duration = Duration::from_secs(5);

/// Maximum number of addresses with a pool. Beyond it, the oldest pool is dropped.
const MAX_POOLS: usize = 16;

/// Where to connect, and which certificate authority to trust.
#[derive(Clone, PartialEq, Eq)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Address {
    /// A connection string.
    pub(super) url: String,
    /// The only certificate authority that is trusted, as PEM; those of the system if there is none.
    pub(super) authority: Option<String>,
}

/// The servers that the manifest grants.
#[derive(Clone)]
pub(crate) struct Servers(Arc<Inner>);

struct Inner {
    hosts: Arc<AllowedHosts>,
    budget: Arc<Budget>,
    pools: Mutex<Vec<(Address, Arc<Pool>)>>,
    /// The component has opened a connection.
    is_used: AtomicBool,
}

struct Pool {
    config: Config,
    tls: MakeRustlsConnect,
    budget: Arc<Budget>,
    idle: Mutex<Vec<Session>>,
    /// Permits for connections, leased or being reset.
    places: Arc<Semaphore>,
}

/// A connection leased to the component. Dropping the last clone rolls back what is open, and returns or closes it.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Lease(Arc<Leased>);

struct Leased {
    session: Option<Session>,
    place: Option<OwnedSemaphorePermit>,
    pool: Arc<Pool>,
}

impl Servers {
    pub(crate) fn new(hosts: Arc<AllowedHosts>, budget: Arc<Budget>) -> Self {
        Self(Arc::new(Inner { hosts, budget, pools: Mutex::default(), is_used: AtomicBool::new(false) }))
    }

    /// Whether the component has opened a connection, and may thus read data that changes unseen by this host.
    pub(crate) fn is_used(&self) -> bool {
        self.0.is_used.load(Ordering::SeqCst)
    }

    /// Leases a connection that is new or indistinguishable from new.
    pub(crate) async fn open(&self, address: Address) -> Result<Lease, Error> {
        let pool = self.pool(address)?;
        self.0.is_used.store(true, Ordering::SeqCst);
        let late = |_| Error::ConnectionFailed("no connection to the database in time: try again later".to_owned());
        timeout(OPEN_TIME, pool.lease()).await.map_err(late)?
    }

    fn pool(&self, address: Address) -> Result<Arc<Pool>, Error> {
        let mut pools = lock(&self.0.pools);
        if let Some((_, pool)) = pools.iter().find(|(known, _)| *known == address) {
            return Ok(Arc::clone(pool));
        }
        let pool = Arc::new(Pool::new(&address, &self.0.hosts, &self.0.budget)?);
        if pools.len() >= MAX_POOLS {
            pools.remove(0);
        }
        pools.push((address, Arc::clone(&pool)));
        Ok(pool)
    }
}

impl Pool {
    fn new(address: &Address, hosts: &AllowedHosts, budget: &Arc<Budget>) -> Result<Self, Error> {
        let config = address::permitted(&address.url, hosts)?;
        let tls = tls(&config, address.authority.as_deref())?;
        let (idle, places) = (Mutex::default(), Arc::new(Semaphore::new(MAX_CONNECTIONS)));
        Ok(Self { config, tls, budget: Arc::clone(budget), idle, places })
    }

    async fn lease(self: Arc<Self>) -> Result<Lease, Error> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|error| Error::Other(error.to_string()))?;
        // The newest first: after a restart of the server, the others are closed one by one.
        let session = loop {
            let idle = lock(&self.idle).pop();
            match idle {
                Some(session) if session.is_lost() => {}
                Some(session) => break session,
                None => {
                    let connected = Session::connect(&self.config, self.tls.clone(), Arc::clone(&self.budget)).await;
                    break connected.map_err(|error| Error::ConnectionFailed(chain(&error)))?;
                }
            }
        };
        Ok(Lease(Arc::new(Leased { session: Some(session), place: Some(place), pool: self })))
    }
}

impl Lease {
    pub(super) async fn execute(&self, sql: &str, parameters: &[ParameterValue]) -> Result<u64, Error> {
        self.session()?.execute(sql, parameters).await
    }

    pub(super) async fn query(&self, sql: &str, parameters: &[ParameterValue]) -> Result<Outcome, Error> {
        self.session()?.query(sql, parameters).await
    }

    fn session(&self) -> Result<&Session, Error> {
        self.0.session.as_ref().ok_or_else(|| Error::ConnectionFailed("the connection is closed".to_owned()))
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        // Without an executor the connection is just closed, and the server rolls back.
        let (Some(session), Ok(runtime)) = (self.session.take(), Handle::try_current()) else { return };
        let (place, pool) = (self.place.take(), Arc::clone(&self.pool));
        runtime.spawn(async move {
            if session.reset().await {
                lock(&pool.idle).push(session);
            }
            drop(place);
        });
    }
}

/// The TLS settings for an address: the system's authorities, or the given one alone.
pub(super) fn tls(config: &Config, authority: Option<&str>) -> Result<MakeRustlsConnect, Error> {
    // An error means that the process has already installed a provider, which is fine too.
    _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    if let Some(pem) = authority {
        let unusable = |error: String| Error::Other(format!("the certificate authority is not usable: {error}"));
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
    } else if config.get_ssl_mode() != SslMode::Disable {
        match MakeRustlsConnect::with_native_certs() {
            Ok((tls, _)) => return Ok(tls),
            Err(errors) => tracing::warn!(?errors, "the system has no certificates: TLS to PostgreSQL will fail"),
        }
    }
    Ok(MakeRustlsConnect::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

/// Ignores poisoning: no change is left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
