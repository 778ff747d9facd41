//! An HTTP server that answers by path, any number of times.

use super::hub::{ReceivedRequest, read};
use federation::digest::Digest;
use serde_json::Value;
use std::collections::HashMap;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The server, which stops when this is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    asked: Mutex<Vec<ReceivedRequest>>,
    stop: AtomicBool,
}

#[derive(Clone)]
struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming().map(|stream| stream.expect("a connection")) {
                    if shared.stop.load(Ordering::SeqCst) {
                        return;
                    }
                    serve(stream, &shared);
                }
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Serves `text` at `path` with an ETag from now on; returns its URL.
    pub(crate) fn index(&self, path: &str, text: &str) -> String {
        let etag = Digest::of(text.as_bytes());
        self.set(path, 200, &format!("etag: \"{etag}\"\r\n"), text.as_bytes());
        self.url(path)
    }

    /// Serves `body` as JSON at `path`, query included, from now on.
    pub(crate) fn json(&self, path: &str, body: &Value) {
        self.set(path, 200, "content-type: application/json\r\n", body.to_string().as_bytes());
    }

    /// Responds like this at `path` from now on; each header ends with CRLF.
    pub(crate) fn set(&self, path: &str, status: u16, headers: &str, body: &[u8]) {
        let answer = Answer { status, headers: headers.to_owned(), body: body.to_vec() };
        self.shared.answers.lock().expect("no panic").insert(path.to_owned(), answer);
    }

    /// The body of the answer at `path`.
    pub(crate) fn body(&self, path: &str) -> Vec<u8> {
        self.shared.answers.lock().expect("no panic").get(path).expect("an answer").body.clone()
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<ReceivedRequest> {
        self.shared.asked.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    let asked = read(&stream);
    let path = asked.line.trim_start_matches("GET ").to_owned();
    let answer = shared.answers.lock().expect("no panic").get(&path).cloned();
    let answer = answer.unwrap_or(Answer { status: 404, headers: String::new(), body: Vec::new() });
    let known = asked.header("if-none-match").is_some_and(|etag| answer.headers.contains(&format!("etag: {etag}\r\n")));
    let (status, body) = if known { (304, &[][..]) } else { (answer.status, &answer.body[..]) };
    shared.asked.lock().expect("no panic").push(asked);
    let length = if known { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("HTTP/1.1 {status} -\r\nconnection: close\r\n{length}{}\r\n", answer.headers);
    // A client that has disconnected does not need the response.
    drop(stream.write_all(&[head.as_bytes(), body].concat()));
}
