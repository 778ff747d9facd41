//! A server of indexes on loopback, well-behaved or not, that counts its requests.

use crate::eventually;
use anyhow::Result;
use federation::digest::Digest;
use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The behaviour of a path.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Serves these bytes with an `ETag`, or 304 if it matches.
    Index(Vec<u8>),
    /// Serves these bytes with these additional header lines and without an `ETag`.
    Plain(Vec<u8>, String),
    /// Responds with a status, additional header lines and no body.
    Status(u16, String),
    /// Redirects.
    Redirect(String),
    /// Writes exactly these bytes to the socket, then closes it.
    Raw(Vec<u8>),
    /// Accepts the request and never responds.
    Hang,
    /// Accepts the request, and serves these bytes once [`Sources::release`] is called.
    Held(Vec<u8>),
    /// Sends the head, then an endless body, one byte at a time.
    Trickle,
    /// Sends the head and this many bytes of a longer body, then nothing more.
    Stalled(usize),
}

/// The server; its thread ends with the process.
pub struct Sources {
    base: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    behaviours: HashMap<String, Behaviour>,
    requests: HashMap<String, usize>,
    /// The last `If-None-Match` of each path.
    tags: HashMap<String, String>,
    unmodified: usize,
    /// Connections that are kept open.
    hanging: Vec<TcpStream>,
    /// How often held requests were released.
    releases: usize,
}

impl Sources {
    /// Starts a server without any path.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Ok(Self { base, state })
    }

    /// The address of the server, as `address:port`.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Sets the behaviour of a path and returns its URL.
    pub fn set(&self, path: &str, behaviour: Behaviour) -> String {
        lock(&self.state).behaviours.insert(path.to_owned(), behaviour);
        self.url(path)
    }

    /// Makes a path serve an index, and returns its URL.
    pub fn index(&self, path: &str, text: &str) -> String {
        self.set(path, Behaviour::Index(text.as_bytes().to_vec()))
    }

    /// How often a path was requested.
    pub fn requests(&self, path: &str) -> usize {
        lock(&self.state).requests.get(path).copied().unwrap_or(0)
    }

    /// Releases the requests that [`Behaviour::Held`] has accepted so far.
    pub fn release(&self) {
        lock(&self.state).releases += 1;
    }

    /// Waits until a path was requested this many times.
    ///
    /// # Errors
    /// As [`eventually`].
    pub async fn wait_for(&self, path: &str, times: usize) -> Result<()> {
        eventually(async || Ok((self.requests(path) >= times).then_some(()))).await
    }

    /// The `If-None-Match` of the last request to a path; empty if there was none.
    pub fn last_tag(&self, path: &str) -> String {
        lock(&self.state).tags.get(path).cloned().unwrap_or_default()
    }

    /// How often the response was 304.
    pub fn unmodified(&self) -> usize {
        lock(&self.state).unmodified
    }
}

/// The content of bodies that no one reads to the end.
static CHUNK: [u8; 64 << 10] = [b'#'; 64 << 10];

/// Time between two looks at whether a response is released.
const PAUSE: Duration = Duration::from_millis(5);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let Ok(clone) = stream.try_clone() else { return };
    let (mut reader, mut stream) = (BufReader::new(clone), stream);
    while let Some((path, etag)) = read_request(&mut reader) {
        let (behaviour, releases) = {
            let mut state = lock(state);
            *state.requests.entry(path.clone()).or_default() += 1;
            state.tags.insert(path.clone(), etag.clone());
            (state.behaviours.get(&path).cloned(), state.releases)
        };
        let answered = match behaviour {
            None => respond(&mut stream, 404, "", b""),
            Some(Behaviour::Index(body)) => {
                let tag = format!("\"{}\"", Digest::of(&body).hex());
                let headers = format!("etag: {tag}\r\n");
                if etag == tag {
                    lock(state).unmodified += 1;
                    respond(&mut stream, 304, &headers, b"")
                } else {
                    respond(&mut stream, 200, &headers, &body)
                }
            }
            Some(Behaviour::Plain(body, headers)) => respond(&mut stream, 200, &headers, &body),
            Some(Behaviour::Status(status, headers)) => respond(&mut stream, status, &headers, b""),
            Some(Behaviour::Redirect(location)) => respond(&mut stream, 302, &format!("location: {location}\r\n"), b""),
            Some(Behaviour::Raw(bytes)) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Some(Behaviour::Hang) => {
                lock(state).hanging.push(stream);
                return;
            }
            Some(Behaviour::Held(body)) => {
                while lock(state).releases == releases {
                    std::thread::sleep(PAUSE);
                }
                respond(&mut stream, 200, "", &body)
            }
            Some(Behaviour::Stalled(length)) => {
                if stall(&mut stream, length).is_ok() {
                    lock(state).hanging.push(stream);
                }
                return;
            }
            Some(Behaviour::Trickle) => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
                // Ends when the client has closed the connection.
                while stream.write_all(b"1\r\n#\r\n").is_ok() {
                    std::thread::sleep(Duration::from_millis(200));
                }
                return;
            }
        };
        if answered.is_err() {
            return;
        }
    }
}

/// Sends all of a body but its last byte.
fn stall(stream: &mut TcpStream, length: usize) -> io::Result<()> {
    stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", length + 1).as_bytes())?;
    for sent in (0..length).step_by(CHUNK.len()) {
        stream.write_all(&CHUNK[..CHUNK.len().min(length - sent)])?;
    }
    Ok(())
}

/// The path and the `If-None-Match` of the next request on a connection.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut etag = String::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { return Some((path, etag)) };
        if name.eq_ignore_ascii_case("if-none-match") {
            value.trim().clone_into(&mut etag);
        }
    }
}

fn respond(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = if status == 304 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let mut answer = format!("HTTP/1.1 {status} -\r\n{headers}{length}\r\n").into_bytes();
    answer.extend_from_slice(body);
    stream.write_all(&answer)
}
