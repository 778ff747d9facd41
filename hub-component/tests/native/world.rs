//! The ports of a test: a database, a clock that the test sets, and [`Sources`].

use crate::observed::Observed;
use crate::sources::Sources;
use federation::time::Seconds;
use hub_component::ports::Ports;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// What a hub needs from the world, as a test sets it.
#[derive(Clone)]
pub struct TestPorts(pub Arc<World>);

pub struct World {
    pub database: Observed,
    pub sources: Arc<Sources>,
    pub now: AtomicI64,
    /// Whether waiting takes no time.
    pub hurries: AtomicBool,
    pub token: Mutex<Option<String>>,
    pub client_address_header: Mutex<Option<String>>,
    pub spawned: Mutex<Vec<JoinHandle<()>>>,
}

impl Ports for TestPorts {
    type Database = Observed;
    type Fetch = Sources;

    fn database(&self) -> &Observed {
        &self.0.database
    }

    fn fetch(&self) -> &Sources {
        &self.0.sources
    }

    fn now(&self) -> Seconds {
        self.0.now.load(Ordering::Relaxed)
    }

    async fn sleep(&self, duration: Duration) {
        match self.0.hurries.load(Ordering::Relaxed) {
            true => tokio::task::yield_now().await,
            false => tokio::time::sleep(duration).await,
        }
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawned.lock().expect("lock").push(tokio::spawn(work));
    }

    async fn token(&self) -> Option<String> {
        self.0.token.lock().expect("lock").clone()
    }

    async fn client_address_header(&self) -> Option<String> {
        self.0.client_address_header.lock().expect("lock").clone()
    }
}
