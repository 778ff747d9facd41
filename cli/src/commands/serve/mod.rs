//! `reuse-surface serve`.

mod refresh_timer;
mod shutdown;

use super::token;
use crate::args::Serve;
use crate::exit::Exit;
use crate::failure::{Failure, TRY_AGAIN};
use crate::{embedded, env, output};
use api::paths;
use api::variables;
use federation::identity::Issuers;
use federation::search::Synonyms;
use federation::transparency::log_keys;
use runtime::{ComponentSource, Config, Limits, Manifest, Runtime, VersionQuery};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use store::postgres::{VERSION, with_timeouts, with_tls, with_writable};
use tokio::net::TcpListener;

/// How often a mirror checks that it is following its primary.
const MIRROR_INTERVAL: Duration = Duration::from_secs(1);

pub(super) fn run(args: &Serve) -> Result<Exit, Failure> {
    output::start_log(args.log_format, args.log_level);
    share_arenas();
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Refused, format!("cannot start: {error}")).hint(TRY_AGAIN))?
        .block_on(serve(args));
    output::finish_log();
    served
}

async fn serve(args: &Serve) -> Result<Exit, Failure> {
    let refused = |what: &str, error: &dyn std::fmt::Display| {
        Failure::new(Exit::Refused, format!("{what}: {error:#}"))
            .hint("see docs/deploy/README.md, and check that --data-dir is a writable directory")
    };
    // Installed first, so that a signal during start-up is not lost.
    let shutdown = shutdown::requested().map_err(|error| refused("cannot listen for signals", &error))?;
    let listener = bind(args.listen).await.map_err(|error| {
        refused(&format!("cannot listen on {}", args.listen), &error).hint("choose another address with --listen")
    })?;
    let address = listener.local_addr().map_err(|error| refused("the listener is unusable", &error))?;
    let token_file = args.token_file();
    let token = token::configured(token_file.as_deref())?;
    token::check_of_hub(token.as_ref(), token_file.as_deref())?;
    let runtime = Runtime::new(config(args, address, token_file.as_deref())?)
        .map_err(|error| refused("the hub cannot start", &error))?;
    if args.allow_private_networks {
        tracing::warn!("private and loopback addresses can be fetched (--allow-private-networks); for local use only");
    }
    match (&args.proxy, env::proxies()) {
        (Some(proxy), _) => {
            tracing::info!(?proxy, "indexes are fetched through a proxy, which must refuse private addresses itself")
        }
        (None, Some(names)) => tracing::warn!(
            "the environment names a proxy ({names}), which the hub does not use: set --proxy to fetch indexes through it"
        ),
        (None, None) => {}
    }
    if let Some(warning) = token_file.as_deref().and_then(|file| token::exposed(file, "token")) {
        tracing::warn!("{warning}");
    }
    if token.is_none() {
        tracing::warn!(
            "no token is configured, so only named tokens can write: set REUSE_SURFACE_TOKEN to create the first one"
        );
    }
    // A read makes a mirror follow its primary, if it does not do so already.
    let interval = if args.primary().is_some() { MIRROR_INTERVAL } else { args.refresh_interval };
    let timer = refresh_timer::start(runtime.clone(), interval);
    let served = runtime.serve(listener, shutdown).await;
    if let Some(timer) = timer {
        timer.abort();
    }
    served.map_err(|error| refused("the hub stopped", &error))?;
    Ok(Exit::Done)
}

/// Limits the number of malloc arenas. Freed memory stays with its arena, and one arena per thread doubles the memory with 200 readers.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "it sets a number, before there is a second thread")]
fn share_arenas() {
    // SAFETY: `mallopt` may be called at any time.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 2) };
}

#[cfg(not(target_env = "gnu"))]
fn share_arenas() {}

/// Binds to `address`. `[::]` means IPv6 and IPv4; on a machine with only one of them, it falls back to IPv4.
async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(error) if address.ip() == Ipv6Addr::UNSPECIFIED && error.kind() != io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, address.port())).await.map_err(|_| error)
        }
        bound => bound,
    }
}

fn config(args: &Serve, address: SocketAddr, token_file: Option<&Path>) -> Result<Config, Failure> {
    let manifest = match &args.manifest {
        Some(path) => fs::read_to_string(path).map_err(|error| {
            Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display()))
                .hint("set --manifest to a readable file, or omit it")
        })?,
        None => embedded::MANIFEST.to_owned(),
    };
    let manifest = Manifest::parse(&manifest).map_err(|error| {
        Failure::new(Exit::Usage, format!("the manifest is invalid: {error:#}"))
            .hint("correct it, or omit --manifest to use the built-in one")
    })?;
    let public_url = args.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let variables = variables(args, &manifest, &public_url)?;
    let component = match &args.component {
        Some(path) => ComponentSource::File(path.clone()),
        None if embedded::WASM.is_empty() => {
            return Err(Failure::new(Exit::Refused, "this program was built without the hub component")
                .hint("build it with `cargo xtask build`, or set --component"));
        }
        None => ComponentSource::Embedded { precompiled: embedded::PRECOMPILED, wasm: embedded::WASM },
    };
    let manifest = if args.database_url.is_some() { manifest.without_sqlite() } else { manifest };
    Ok(Config {
        component,
        data_dir: args.data_dir.clone(),
        variables,
        manifest,
        variable_files: token_file.iter().map(|path| (variables::TOKEN.to_owned(), (*path).to_owned())).collect(),
        public_url,
        // A mirror fetches from its primary alone, which its operator chose.
        allow_private_networks: args.allow_private_networks || args.primary().is_some(),
        proxy: args.proxy.as_ref().map(|proxy| proxy.0.clone()),
        database_version: args.database_url.as_ref().map(|url| {
            let authority = args.database_ca.clone().filter(|authority| !authority.is_empty());
            VersionQuery {
                url: with_timeouts(&with_writable(&with_tls(url.0.as_str(), authority.as_deref()))),
                authority,
                statement: VERSION.to_owned(),
            }
        }),
        liveness: paths::LIVE.to_owned(),
        limits: Limits { memory: args.memory << 20, ..Limits::default() },
    })
}

/// The component's variables. Spin takes them from `SPIN_VARIABLE_…`; here they come from flags and the environment.
fn variables(args: &Serve, manifest: &Manifest, public_url: &str) -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::from([(variables::PUBLIC_URL.to_owned(), public_url.to_owned())]);
    // The manifest of an older component does not declare this variable.
    if manifest.has_variable(variables::SERVED_BY) {
        values.insert(variables::SERVED_BY.to_owned(), "serve".to_owned());
    }
    if let Some(url) = &args.database_url {
        values.insert(variables::DATABASE_URL.to_owned(), url.0.to_string());
        values.insert(variables::DATABASE_HOST.to_owned(), url.grant());
        values.insert(variables::DATABASE_CA.to_owned(), args.database_ca.clone().unwrap_or_default());
    }
    if let Some(token) = env::token() {
        values.insert(variables::TOKEN.to_owned(), token.expose().to_owned());
    }
    if let Some(header) = &args.client_address_header {
        values.insert(variables::CLIENT_ADDRESS_HEADER.to_owned(), header.clone());
    }
    if let Some(path) = &args.synonyms {
        let invalid =
            |why: String| Failure::new(Exit::Usage, format!("{} is not a table of synonyms: {why}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| invalid(error.to_string()))?;
        Synonyms::with(&text).map_err(|error| invalid(error.to_string()))?;
        values.insert(variables::SEARCH_SYNONYMS.to_owned(), text);
    }
    if let Some(primary) = args.primary() {
        values.insert(variables::MIRROR_OF.to_owned(), primary.to_owned());
    }
    if let Some(text) = ci_issuers(args.ci_issuers.as_deref())? {
        values.insert(variables::CI_ISSUERS.to_owned(), text);
    }
    if let Some(text) = log_key(args.log_key_file.as_deref())? {
        values.insert(variables::LOG_KEY.to_owned(), text);
    }
    Ok(values)
}

/// Reads and checks the keys of the transparency log. With an invalid key, the hub would merely not sign, which is noticed late.
fn log_key(path: Option<&Path>) -> Result<Option<String>, Failure> {
    let (name, text) = match path {
        Some(path) => {
            (path.display().to_string(), fs::read_to_string(path).map(Some).map_err(|error| error.to_string()))
        }
        None => (env::LOG_KEY.to_owned(), Ok(env::log_key())),
    };
    let invalid = |why: String| {
        Failure::new(Exit::Usage, format!("{name} is not the private key of a log: {why}"))
            .hint("create one with `reuse-surface log keygen NAME --key-file FILE`")
    };
    let Some(text) = text.map_err(&invalid)? else { return Ok(None) };
    if log_keys(&text).map_err(|why| invalid(why.to_string()))?.is_empty() {
        return Err(invalid("it is empty".to_owned()));
    }
    if let Some(warning) = path.and_then(|path| token::exposed(path, "private key")) {
        tracing::warn!("{warning}");
    }
    Ok(Some(text))
}

/// Reads and checks the issuers that the operator trusts. With invalid ones, the hub would merely trust none, which is noticed late.
fn ci_issuers(path: Option<&Path>) -> Result<Option<String>, Failure> {
    let (name, text) = match path {
        Some(path) => {
            (path.display().to_string(), fs::read_to_string(path).map_err(|error| error.to_string()).map(Some))
        }
        None => ("REUSE_SURFACE_CI_ISSUERS".to_owned(), Ok(env::ci_issuers())),
    };
    let invalid = |why: String| {
        Failure::new(Exit::Usage, format!("{name} does not say which CI to trust: {why}"))
            .hint("correct it, as the section \"Publishing from CI\" of specs/FederationHubAPI.md says")
    };
    let Some(text) = text.map_err(&invalid)? else { return Ok(None) };
    for repo in Issuers::parse(&text).map_err(&invalid)?.by_name_only() {
        tracing::warn!(
            "{name}: a rule for {repo} has neither `repository_id` nor `project_id`: whoever takes over the name of the repository may publish"
        );
    }
    Ok(Some(text))
}
