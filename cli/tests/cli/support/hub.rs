//! An HTTP server that sends prepared responses in order and records the requests.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the hub does with one request.
pub(crate) enum Answer {
    /// Writes these bytes and closes.
    Bytes(Vec<u8>),
    /// Writes these bytes once told to.
    When(Receiver<()>, Vec<u8>),
    /// Keeps the connection open and sends nothing.
    Silence,
}

impl Answer {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json", &body.to_string())
    }

    /// An answer with any body. Problems get their own type.
    pub(crate) fn body(status: u16, content_type: &str, body: &str) -> Self {
        Self::with(status, &format!("content-type: {content_type}\r\n"), body)
    }

    /// An answer with more headers, each ended by CRLF.
    pub(crate) fn with(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
        Self::Bytes((head + body).into_bytes())
    }

    /// The bytes of an answer made by the functions above.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::When(..) | Self::Silence => panic!("this answer has no bytes yet"),
        }
    }
}

/// A request as received.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedRequest {
    /// Method and target, as in `GET /v1/repos?limit=1000`.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl ReceivedRequest {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the request has a JSON body")
    }
}

/// A hub on a free port. It stops listening after its last answer.
pub(crate) struct Hub {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<ReceivedRequest>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<usize>>,
}

impl Hub {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (asked, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, stopped) = (Arc::clone(&asked), Arc::clone(&stop));
        let answers: Vec<Answer> = answers.into_iter().collect();
        let thread = std::thread::spawn(move || {
            let (mut left, mut silent) = (answers.len(), Vec::new());
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                log.lock().expect("no panic while logging").push(read(&stream));
                left -= 1;
                match answer {
                    Answer::Bytes(bytes) => drop(stream.write_all(&bytes)),
                    Answer::When(told, bytes) => {
                        told.recv().expect("the test says when");
                        drop(stream.write_all(&bytes));
                    }
                    Answer::Silence => silent.push(stream),
                }
            }
            // Silent connections stay open until the test is done with them.
            if !silent.is_empty() && !stopped.load(Ordering::SeqCst) {
                drop(listener.accept());
            }
            left
        });
        Self { address, asked, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns once `count` requests were read. The bound only limits a hang.
    pub(crate) fn wait_for(&self, count: usize) {
        let began = Instant::now();
        while self.asked.lock().expect("no panic while logging").len() < count {
            assert!(began.elapsed() < Duration::from_secs(300), "fewer than {count} requests arrived");
            std::thread::yield_now();
        }
    }

    /// The requests, after checking that every answer was needed.
    pub(crate) fn asked(mut self) -> Vec<ReceivedRequest> {
        assert_eq!(self.finish(), Some(0), "answers that nobody asked for");
        self.asked.lock().expect("no panic while logging").clone()
    }

    fn finish(&mut self) -> Option<usize> {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        self.thread.take().map(|thread| thread.join().expect("the hub did not panic"))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        // A panic in the thread was, or will be, reported by the assertion that fails for it.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

pub(super) fn read(stream: &TcpStream) -> ReceivedRequest {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line of the request head");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
    let header = |line: String| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = lines.into_iter().filter_map(header).collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body of the request");
    ReceivedRequest { line, headers, body }
}
