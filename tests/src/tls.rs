//! Valid and invalid certificates, and a TLS proxy for a plain server.

use anyhow::{Context as _, Result, ensure};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

const SETTINGS: &str = "[ca]\ndefault_ca = own\n[own]\ndatabase = issued\nnew_certs_dir = .\nrand_serial = yes\n\
    default_md = sha256\npolicy = any\ncopy_extensions = copy\nunique_subject = no\n[any]\ncommonName = supplied\n";

const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/// The dates of a certificate that is valid now.
pub const VALID: (&str, &str) = ("20200101000000Z", "20991231000000Z");
/// The dates of an expired certificate.
pub const EXPIRED: (&str, &str) = ("20200101000000Z", "20210101000000Z");

/// A certificate authority that uses `openssl`.
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// Creates an authority that no program trusts by default.
    ///
    /// # Errors
    /// If there is no `openssl`.
    pub fn new() -> Result<Self> {
        let authority = Self { folder: TempDir::new()? };
        fs::write(authority.path("settings"), SETTINGS)?;
        fs::write(authority.path("issued"), "")?;
        // Two authorities with the same name would be confused.
        let name = format!("/CN=Tests {}", authority.folder.path().file_name().unwrap_or_default().to_string_lossy());
        let mut words = vec!["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", &name];
        words.extend(["-addext", "keyUsage=critical,keyCertSign"]);
        words.extend(KEY);
        authority.openssl(&words)?;
        Ok(authority)
    }

    /// The authority's own certificate, for `SSL_CERT_FILE`.
    pub fn certificate(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// Issues a server certificate for these names, such as `DNS:localhost`, and these dates.
    ///
    /// # Errors
    /// If `openssl` fails.
    pub fn issue(&self, names: &str, dates: (&str, &str)) -> Result<Arc<ServerConfig>> {
        let names = format!("subjectAltName={names}");
        let mut words = vec!["req", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=Server"];
        words.extend(["-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"]);
        words.extend(KEY);
        self.openssl(&words)?;
        self.openssl(&[
            "ca",
            "-config",
            "settings",
            "-batch",
            "-notext",
            "-cert",
            "ca.pem",
            "-keyfile",
            "ca.key",
            "-in",
            "request.pem",
            "-out",
            "server.pem",
            "-startdate",
            dates.0,
            "-enddate",
            dates.1,
        ])?;
        let chain = CertificateDer::pem_file_iter(self.path("server.pem"))?.collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_file(self.path("key.pem"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Arc::new(config))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, words: &[&str]) -> Result<()> {
        let ran = Command::new("openssl").args(words).current_dir(&self.folder).output().context("openssl")?;
        ensure!(ran.status.success(), "openssl {words:?}: {}", String::from_utf8_lossy(&ran.stderr));
        Ok(())
    }
}

/// Terminates TLS on its own port for a plain server; stops when dropped.
pub struct Secured {
    port: u16,
    config: Arc<Mutex<Arc<ServerConfig>>>,
    connections: Arc<Mutex<JoinSet<()>>>,
    accepting: AbortHandle,
}

impl Secured {
    /// Starts a proxy in front of `target`, such as `127.0.0.1:8080`.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn start(target: &str, config: Arc<ServerConfig>) -> Result<Self> {
        let target: SocketAddr = target.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (config, connections) = (Arc::new(Mutex::new(config)), Arc::new(Mutex::new(JoinSet::new())));
        let (current, open) = (config.clone(), connections.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let config = lock(&current).clone();
                lock(&open).spawn(async move {
                    let Ok(mut stream) = TlsAcceptor::from(config).accept(stream).await else { return };
                    let Ok(mut target) = TcpStream::connect(target).await else { return };
                    // When either side closes, both are closed.
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut target).await;
                });
            }
        });
        Ok(Self { port, config, connections, accepting: accepting.abort_handle() })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the certificate for new connections and closes the existing ones.
    pub fn set(&self, config: Arc<ServerConfig>) {
        *lock(&self.config) = config;
        lock(&self.connections).abort_all();
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
