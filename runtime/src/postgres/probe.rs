//! The version of a database that other programs write to as well, read for a whole group of requests at a time.

use super::address;
use super::pool::tls;
use super::session::{Session, chain};
use crate::allowed_hosts::AllowedHosts;
use crate::bindings::spin::postgres::postgres::{DbValue, Error};
use crate::budget::Budget;
use crate::metrics::Metrics;
use crate::version::Version;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a request waits for the version, and a statement may take: `limit` below, except in tests.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Maximum number of requests in the queue for the next statement. Others wait for a place in it, also for at most [`PROBE_TIMEOUT`].
const MAX_QUEUED: usize = 4096;

/// Bytes that the rows of the statement may take. They do not count towards the budget of the host: cached responses are most useful when it is used up.
const MAX_ROW_BYTES: usize = 64 << 10;

/// How to read the version of a PostgreSQL database that other programs write to as well. Not `Debug`: the URL may have a password.
#[derive(Clone)]
pub struct VersionQuery {
    /// The connection string of the database. The manifest has to grant its host.
    pub url: String,
    /// The only certificate authority that is trusted, as PEM; those of the system if there is none.
    pub authority: Option<String>,
    /// Returns one row of two 64-bit numbers: the generation, which every commit raises, and one that differs after the server was replaced.
    pub statement: String,
}

type Waiting = oneshot::Sender<Option<Version>>;

/// Reads the version on a connection of its own. While no request waits for it, no statement runs.
pub(crate) struct Probe {
    queue: mpsc::Sender<Waiting>,
    /// Taken by the first request, which starts the task: a runtime may be loaded outside of an executor.
    idle: Mutex<Option<(Reader, mpsc::Receiver<Waiting>)>>,
    limit: Duration,
}

/// Reads the version for one group after the other.
struct Reader {
    config: Config,
    tls: MakeRustlsConnect,
    statement: String,
    session: Option<Session>,
    last: Option<Seen>,
    epoch: u64,
    is_failing: bool,
    metrics: Arc<Metrics>,
    limit: Duration,
}

/// What the statement returned.
#[derive(Clone, Copy)]
struct Seen {
    generation: u64,
    server: i64,
}

impl Probe {
    /// # Errors
    /// If the connection string or the authority is not usable, or leads to a host that is not granted.
    pub(crate) fn new(query: VersionQuery, hosts: &AllowedHosts, metrics: Arc<Metrics>) -> Result<Self, String> {
        Self::within(PROBE_TIMEOUT, query, hosts, metrics)
    }

    fn within(
        limit: Duration,
        query: VersionQuery,
        hosts: &AllowedHosts,
        metrics: Arc<Metrics>,
    ) -> Result<Self, String> {
        let refused = |error: Error| match error {
            Error::ConnectionFailed(why) | Error::Other(why) => why,
            other => format!("{other:?}"),
        };
        let config = address::permitted(&query.url, hosts).map_err(refused)?;
        let tls = tls(&config, query.authority.as_deref()).map_err(refused)?;
        let (statement, session, last) = (query.statement, None, None);
        let reader = Reader { config, tls, statement, session, last, epoch: 0, is_failing: false, metrics, limit };
        let (queue, requests) = mpsc::channel(MAX_QUEUED);
        Ok(Self { queue, idle: Mutex::new(Some((reader, requests))), limit })
    }

    /// The version, read by a statement that began after this call. `None` if that failed, or took more than 2 s.
    pub(crate) async fn version(&self) -> Option<Version> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((reader, requests)) = idle {
            tokio::spawn(reader.run(requests));
        }
        let (sender, version) = oneshot::channel();
        let answered = async {
            self.queue.send(sender).await.ok()?;
            version.await.ok()?
        };
        timeout(self.limit, answered).await.ok()?
    }
}

impl Reader {
    async fn run(mut self, mut requests: mpsc::Receiver<Waiting>) {
        let mut group = Vec::new();
        while requests.recv_many(&mut group, MAX_QUEUED).await > 0 {
            // Requests that arrive from now on belong to the next group: this statement may already have read.
            let version = self.read().await;
            for request in group.drain(..) {
                _ = request.send(version);
            }
        }
    }

    async fn read(&mut self) -> Option<Version> {
        self.metrics.version_probes.inc();
        let late = |_| Err("it took too long".to_owned());
        match timeout(self.limit, self.query()).await.unwrap_or_else(late) {
            Ok(seen) => {
                self.is_failing = false;
                Some(self.version(seen))
            }
            Err(error) => {
                self.session = None;
                self.metrics.version_probe_failures.inc();
                if !std::mem::replace(&mut self.is_failing, true) {
                    tracing::warn!(%error, "cannot read the database's generation: every request goes to the component");
                }
                None
            }
        }
    }

    async fn query(&mut self) -> Result<Seen, String> {
        let session = match self.session.take() {
            Some(session) if !session.is_lost() => session,
            _ => Session::connect(&self.config, self.tls.clone(), Budget::new(MAX_ROW_BYTES))
                .await
                .map_err(|e| chain(&e))?,
        };
        let outcome = session.query(&self.statement, &[]).await.map_err(|error| format!("{error:?}"))?;
        outcome.result.map_err(|error| format!("{error:?}"))?;
        self.session = Some(session);
        match outcome.rows.first().map(Vec::as_slice) {
            Some(&[DbValue::Int64(generation), DbValue::Int64(server)]) if generation >= 0 => {
                Ok(Seen { generation: generation.unsigned_abs(), server })
            }
            other => Err(format!("the statement returned {other:?}")),
        }
    }

    /// The version that follows from what was read. A server that was replaced or restarted may use generations again.
    fn version(&mut self, seen: Seen) -> Version {
        if let Some(last) = self.last.replace(seen) {
            if seen.generation < last.generation {
                let (was, is) = (last.generation, seen.generation);
                tracing::error!(
                    was,
                    is,
                    "the database has lost commits: its generation fell. Cached responses are dropped"
                );
                self.metrics.database_losses.inc();
            }
            if seen.generation < last.generation || seen.server != last.server {
                self.epoch += 1;
            }
        }
        Version { epoch: self.epoch, generation: seen.generation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throw_away_postgres::Server;
    use tokio::time::timeout;

    /// It only limits a hang: no test depends on how long something takes.
    const HANG_LIMIT: Duration = Duration::from_secs(60);

    const STATEMENT: &str = "SELECT generation, server FROM hub";

    /// A probe of a table of the test's own, in which the number that identifies the server can be changed.
    struct Place {
        url: String,
        probe: Probe,
        metrics: Arc<Metrics>,
    }

    impl Place {
        fn new() -> Self {
            Self::reading(STATEMENT, HANG_LIMIT)
        }

        fn reading(statement: &str, limit: Duration) -> Self {
            let url = Server::shared().unwrap().schema().unwrap();
            let query = VersionQuery { url: url.clone(), authority: None, statement: statement.to_owned() };
            let (hosts, metrics) =
                (AllowedHosts::parse(&["postgres://*:*".to_owned()]).unwrap(), Arc::new(Metrics::new()));
            let probe = Probe::within(limit, query, &hosts, Arc::clone(&metrics)).unwrap();
            let place = Self { url, probe, metrics };
            place.change("CREATE TABLE hub AS SELECT 1::bigint AS generation, 1::bigint AS server");
            place
        }

        fn change(&self, sql: &str) {
            Server::shared().unwrap().run_at(&self.url, sql).unwrap();
        }

        async fn client(&self) -> tokio_postgres::Client {
            crate::postgres_client(&self.url, None).await.unwrap()
        }
    }

    #[tokio::test]
    async fn who_comes_while_a_statement_runs_waits_for_the_next_one_with_all_others() {
        // Each statement has read when it waits for this lock.
        let place = Arc::new(Place::reading(
            "SELECT generation, server FROM hub, LATERAL (SELECT pg_advisory_xact_lock_shared(generation * 0 + 7)) l",
            HANG_LIMIT,
        ));
        let client = place.client().await;
        client.batch_execute("SELECT pg_advisory_lock(7)").await.unwrap();
        let ask = || {
            let place = Arc::clone(&place);
            tokio::spawn(async move { place.probe.version().await.unwrap().generation })
        };
        let first = ask();
        let waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted";
        let is_waiting = async { while client.query(waiting, &[]).await.unwrap().is_empty() {} };
        timeout(HANG_LIMIT, is_waiting).await.unwrap();
        client.batch_execute("UPDATE hub SET generation = 2").await.unwrap();
        let later: Vec<_> = (0..100).map(|_| ask()).collect();
        let are_queued = async {
            while place.probe.queue.capacity() > MAX_QUEUED - 100 {
                tokio::task::yield_now().await;
            }
        };
        timeout(HANG_LIMIT, are_queued).await.unwrap();
        client.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
        assert_eq!(first.await.unwrap(), 1);
        for version in later {
            assert_eq!(version.await.unwrap(), 2, "the write was acknowledged before");
        }
        assert_eq!(place.metrics.version_probes.get(), 2);
    }

    #[tokio::test]
    async fn a_database_that_lost_commits_or_was_replaced_has_another_version_when_it_counts_the_same() {
        let place = Place::new();
        let first = place.probe.version().await.unwrap();
        assert_eq!(place.probe.version().await, Some(first));
        place.change("UPDATE hub SET generation = 0");
        let fallen = place.probe.version().await.unwrap();
        place.change("UPDATE hub SET generation = 1");
        let again = place.probe.version().await.unwrap();
        assert!(again != first && again.epoch == fallen.epoch && place.metrics.database_losses.get() == 1, "{again:?}");
        place.change("UPDATE hub SET server = 2");
        let replaced = place.probe.version().await.unwrap();
        assert!(replaced != again && replaced.generation == again.generation, "{replaced:?}");
        assert_eq!((place.metrics.database_losses.get(), place.metrics.version_probes.get()), (1, 5));
    }

    #[tokio::test]
    async fn a_version_that_cannot_be_read_or_comes_too_late_is_unknown_until_it_can() {
        let place = Place::reading(STATEMENT, PROBE_TIMEOUT);
        let known = async || {
            let read = async {
                loop {
                    if let Some(version) = place.probe.version().await {
                        return version;
                    }
                }
            };
            timeout(HANG_LIMIT, read).await.unwrap()
        };
        place.change("ALTER TABLE hub RENAME TO away");
        assert_eq!(place.probe.version().await, None);
        place.change("ALTER TABLE away RENAME TO hub");
        let version = known().await;
        let client = place.client().await;
        client.batch_execute("BEGIN; LOCK TABLE hub").await.unwrap();
        assert_eq!(place.probe.version().await, None);
        client.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(known().await, version);
    }

    #[test]
    fn a_server_that_is_not_granted_is_refused_before_the_first_request() {
        let url = "postgres://hub@db.internal/hub".to_owned();
        let query = VersionQuery { url, authority: None, statement: String::new() };
        let refused = Probe::new(query, &AllowedHosts::parse(&[]).unwrap(), Arc::new(Metrics::new())).err().unwrap();
        assert!(refused.contains("postgres://db.internal:5432 is not in"), "{refused}");
    }
}
