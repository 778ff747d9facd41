//! The ports on Spin: a thin layer, and the only code that uses the SDK.

mod database;
mod entry;
mod fetch;
mod postgres;

use crate::ports::Ports;
use api::variables;
use database::SpinSqlite;
use federation::time::Seconds;
use fetch::SpinFetch;
use postgres::SpinPostgres;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use store::either::Either;
use store::postgres::Postgres;

/// The database that the operator chose.
type SpinDatabase = Either<SpinSqlite, Postgres<SpinPostgres>>;

/// The ports, implemented for Spin.
#[derive(Clone)]
struct SpinPorts(Arc<(SpinDatabase, SpinFetch)>);

impl Ports for SpinPorts {
    type Database = SpinDatabase;
    type Fetch = SpinFetch;

    fn database(&self) -> &SpinDatabase {
        &self.0.0
    }

    fn fetch(&self) -> &SpinFetch {
        &self.0.1
    }

    fn now(&self) -> Seconds {
        SystemTime::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_secs().try_into().unwrap_or(Seconds::MAX))
    }

    async fn sleep(&self, duration: Duration) {
        spin_sdk::time::sleep(duration).await;
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        spin_sdk::wasip3::spawn(work);
    }

    async fn token(&self) -> Option<String> {
        variable(variables::TOKEN).await
    }

    async fn client_address_header(&self) -> Option<String> {
        variable(variables::CLIENT_ADDRESS_HEADER).await
    }
}

/// Reads a variable; `None` if it is blank. It is read each time, because it may change while an instance lives.
async fn variable(name: &str) -> Option<String> {
    let value = spin_sdk::variables::get(name).await.ok()?;
    Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}
