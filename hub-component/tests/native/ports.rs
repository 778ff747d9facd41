//! A hub over the ports of a test, and the requests that tests send to it.

use crate::observed::Observed;
use crate::sources::Sources;
use crate::stores::Place;
use crate::world::{TestPorts, World};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use federation::time::Seconds;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt as _;
use hub_component::hub::{App, Host, Setting};
use hub_component::ports::Ports as _;
use hub_component::router::router;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

/// A hub over the test's ports.
pub struct Hub {
    pub(crate) ports: TestPorts,
    router: Router,
}

impl Hub {
    pub fn new() -> Self {
        Self::over("")
    }

    /// A hub on SQLite, whichever database the tests run on.
    pub fn in_a_file() -> Self {
        Self::of(Place::file(""), Arc::default(), 1_800_000_000)
    }

    /// A hub over a database that these statements created.
    pub fn over(database: &str) -> Self {
        Self::of(Place::new(database), Arc::default(), 1_800_000_000)
    }

    fn of(place: Place, sources: Arc<Sources>, now: Seconds) -> Self {
        let world = World {
            database: Observed::at(place),
            sources,
            now: AtomicI64::new(now),
            hurries: AtomicBool::default(),
            token: Mutex::new(Some("t".to_owned())),
            client_address_header: Mutex::default(),
            spawned: Mutex::default(),
        };
        let ports = TestPorts(Arc::new(world));
        let setting =
            Setting { public_url: "https://hub.example.org".to_owned(), host: Host::Serve, ..Setting::default() };
        Self { router: router(App::new(ports.clone(), setting)), ports }
    }

    /// The same hub where `setting` says.
    pub fn at(&self, setting: Setting) -> Self {
        Self { router: router(App::new(self.ports.clone(), setting)), ports: self.ports.clone() }
    }

    /// Another hub on the same database, with the same sources, whose clock is this many seconds ahead.
    pub fn beside(&self, ahead: Seconds) -> Self {
        let World { database, sources, .. } = &*self.ports.0;
        Self::of(database.place.clone(), sources.clone(), self.ports.now() + ahead)
    }

    /// A hub on another database file, with the same sources.
    pub fn on(&self, path: PathBuf) -> Self {
        let World { sources, database, .. } = &*self.ports.0;
        Self::of(database.place.beside(path), sources.clone(), self.ports.now())
    }

    /// The hub as a service, for requests with headers of their own.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    pub fn sources(&self) -> &Sources {
        &self.ports.0.sources
    }

    /// From now on, waiting takes no time.
    pub fn hurry(&self) {
        self.ports.0.hurries.store(true, Ordering::Relaxed);
    }

    pub fn pass(&self, seconds: Seconds) {
        self.ports.0.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Changes the operator's token; `None` removes it.
    pub fn configure_token(&self, token: Option<&str>) {
        *self.ports.0.token.lock().expect("lock") = token.map(str::to_owned);
    }

    /// Configures a proxy in front of the hub that sends the client's address in this header.
    pub fn configure_client_address_header(&self, name: &str) {
        *self.ports.0.client_address_header.lock().expect("lock") = Some(name.to_owned());
    }

    /// Waits for the work after responses, and for the tasks that it spawned.
    pub async fn settle(&self) {
        loop {
            let next = self.ports.0.spawned.lock().expect("lock").pop();
            let Some(work) = next else { break };
            work.await.expect("it ends");
        }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: http::Request<Body>) -> http::Response<Bytes> {
        let (head, body) = self.router.clone().oneshot(request).await.expect("infallible").into_parts();
        http::Response::from_parts(head, body.collect().await.expect("a body").to_bytes())
    }

    /// Status and JSON body of a request with this token. After a write, it waits for the work that the write left for later, which would otherwise run
    /// beside the next step of the test, or not.
    pub async fn ask_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &serde_json::Value,
    ) -> (StatusCode, serde_json::Value) {
        let is_read = method == Method::GET;
        let answer = self.ask_without_settling(token, method, path, body).await;
        if !is_read {
            self.settle().await;
        }
        answer
    }

    /// The same without waiting.
    pub async fn ask_without_settling(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &serde_json::Value,
    ) -> (StatusCode, serde_json::Value) {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request");
        let response = self.send(request).await;
        (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    /// Status and JSON body of a request with the operator's token.
    pub async fn ask(&self, method: Method, path: &str, body: serde_json::Value) -> (StatusCode, serde_json::Value) {
        self.ask_as("t", method, path, &body).await
    }

    /// The body of a path as text.
    pub async fn text(&self, path: &str) -> String {
        let request = http::Request::builder().uri(path).body(Body::empty()).expect("a request");
        String::from_utf8(self.send(request).await.into_body().to_vec()).expect("text")
    }

    /// Status, headers and body of a read.
    pub async fn read(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = http::Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let (head, body) = self.send(request).await.into_parts();
        (head.status, head.headers, body)
    }

    pub async fn get(&self, path: &str) -> serde_json::Value {
        self.ask(Method::GET, path, serde_json::Value::Null).await.1
    }

    /// Reads a path as a browser does, with one more header: status, headers and text.
    pub async fn page(&self, path: &str, header: (&str, &str)) -> (StatusCode, HeaderMap, String) {
        let (status, headers, bytes) = self.read(path, &[("accept", "text/html,*/*;q=0.8"), header]).await;
        (status, headers, String::from_utf8(bytes.to_vec()).expect("text"))
    }

    pub async fn compose(&self) -> serde_json::Value {
        self.ask(Method::POST, "/v1/federated/compose?force=true", serde_json::Value::Null).await.1
    }

    /// Registers a source that publishes this index, verified at once.
    pub async fn register(&self, repo: &str, text: String) {
        let url = format!("https://{repo}.example.org/index.yaml");
        self.sources().set(&url, text);
        let body = serde_json::json!({"repo": repo, "url": url, "domain": "d"});
        let (status, answer) = self.ask(Method::POST, "/v1/repos?require_valid=true", body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }

    pub fn publish(&self, repo: &str, text: String) {
        self.sources().set(&format!("https://{repo}.example.org/index.yaml"), text);
    }
}

/// An index of `count` capabilities whose names contain `version`.
pub fn index(prefix: &str, count: usize, version: usize) -> String {
    let entries: String =
        (0..count).map(|i| format!("- id: capability.{prefix}.n{i}\n  name: Version {version}\n")).collect();
    if count == 0 {
        "version: 1\ncapabilities: []\n".to_owned()
    } else {
        format!("version: 1\ncapabilities:\n{entries}")
    }
}
