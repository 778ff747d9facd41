//! Scripted sources, which count their requests.

use crate::ports::Hub;
use axum::Router;
use axum::body::Body;
use federation::digest::Digest;
use federation::fetch::{Request, Response, TransportFailure};
use http_body_util::BodyExt as _;
use hub_component::ports::Fetch;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tower::ServiceExt as _;

/// A status and headers.
type Answer = (u16, Vec<(String, String)>);

/// Sources by URL; counts the requests and the bodies that it sends.
#[derive(Default)]
pub struct Sources {
    indexes: Mutex<HashMap<String, String>>,
    /// Hosts that accept a request and never answer.
    hanging: Mutex<HashSet<String>>,
    /// Hosts that answer with this status and these headers, whatever the path.
    answers: Mutex<HashMap<String, Answer>>,
    /// URLs that answer with this status, these headers and this body.
    scripted: Mutex<HashMap<String, (Answer, String)>>,
    /// Hosts that answer 404 where they have nothing, as forges do.
    forges: Mutex<HashSet<String>>,
    /// Hosts that are hubs.
    hubs: Mutex<HashMap<String, Router>>,
    /// The URLs of all requests.
    urls: Mutex<Vec<String>>,
    /// The headers of the last request.
    asked_with: Mutex<Vec<(&'static str, String)>>,
    pub requests: AtomicUsize,
    pub bodies: AtomicUsize,
}

impl Sources {
    pub fn set(&self, url: &str, text: String) {
        self.indexes.lock().expect("lock").insert(url.to_owned(), text);
    }

    pub fn hang(&self, host: &str) {
        self.hanging.lock().expect("lock").insert(host.to_owned());
    }

    /// Makes a host respond like this from now on.
    pub fn answer(&self, host: &str, status: u16, headers: &[(&str, &str)]) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.answers.lock().expect("lock").insert(host.to_owned(), (status, headers));
    }

    /// Makes a URL respond like this from now on.
    pub fn script(&self, url: &str, status: u16, headers: &[(&str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.scripted.lock().expect("lock").insert(url.to_owned(), ((status, headers), body.to_owned()));
    }

    /// Makes a host respond 404 where it has nothing.
    pub fn is_forge(&self, host: &str) {
        self.forges.lock().expect("lock").insert(host.to_owned());
    }

    /// Makes a host lead to this hub.
    pub fn is_hub(&self, host: &str, hub: &Hub) {
        self.hubs.lock().expect("lock").insert(host.to_owned(), hub.router());
    }

    /// Makes a host that led to a hub lead nowhere.
    pub fn is_gone(&self, host: &str) {
        self.hubs.lock().expect("lock").remove(host);
    }

    /// Removes what is at a URL.
    pub fn remove(&self, url: &str) {
        self.indexes.lock().expect("lock").remove(url);
        self.scripted.lock().expect("lock").remove(url);
    }

    /// The URLs of all requests since the last call, in their order.
    pub fn urls(&self) -> Vec<String> {
        std::mem::take(&mut *self.urls.lock().expect("lock"))
    }

    /// Makes every host respond normally again; requests that hung continue.
    pub fn recover(&self) {
        self.hanging.lock().expect("lock").clear();
        self.answers.lock().expect("lock").clear();
    }

    /// How many conditions the last request had.
    pub fn conditions(&self) -> usize {
        self.asked_with.lock().expect("lock").iter().filter(|(name, _)| name.starts_with("if-")).count()
    }

    pub fn asked(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    fn hangs(&self, host: &str) -> bool {
        self.hanging.lock().expect("lock").contains(host)
    }
}

impl Fetch for Sources {
    async fn send(&self, request: Request) -> Result<Response, TransportFailure> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.urls.lock().expect("lock").push(request.url.to_string());
        self.asked_with.lock().expect("lock").clone_from(&request.headers);
        let host = request.url.host_str().unwrap_or_default();
        while self.hangs(host) {
            tokio::task::yield_now().await;
        }
        if let Some((status, headers)) = self.answers.lock().expect("lock").get(host).cloned() {
            return Ok(Response { status, headers, body: Vec::new() });
        }
        if let Some(((status, headers), body)) = self.scripted.lock().expect("lock").get(request.url.as_str()).cloned()
        {
            return Ok(Response { status, headers, body: body.into_bytes() });
        }
        let hub = self.hubs.lock().expect("lock").get(host).cloned();
        if let Some(hub) = hub {
            let path = &request.url[url::Position::BeforePath..];
            let asked = http::Request::get(path).body(Body::empty()).expect("a request");
            let (head, body) = hub.oneshot(asked).await.expect("infallible").into_parts();
            let body = body.collect().await.expect("a body").to_bytes().to_vec();
            return Ok(Response { status: head.status.as_u16(), body, ..Response::default() });
        }
        let indexes = self.indexes.lock().expect("lock");
        let Some(text) = indexes.get(request.url.as_str()) else {
            return match self.forges.lock().expect("lock").contains(host) {
                true => Ok(Response { status: 404, ..Response::default() }),
                false => Err(TransportFailure::Connect),
            };
        };
        let etag = format!("\"{}\"", Digest::of(text.as_bytes()).hex());
        if request.headers.contains(&("if-none-match", etag.clone())) {
            return Ok(Response { status: 304, ..Response::default() });
        }
        self.bodies.fetch_add(1, Ordering::Relaxed);
        Ok(Response { status: 200, headers: vec![("etag".to_owned(), etag)], body: text.clone().into_bytes() })
    }
}
