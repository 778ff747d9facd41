//! Requests to a scripted server.

mod proxy;

use super::{Client, Outbound};
use crate::allowed_hosts::AllowedHosts;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

const SHORT: Duration = Duration::from_millis(50);

fn outbound(hosts: &[&str], allow_private: bool) -> Outbound {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    Outbound {
        client: Arc::new(Client::new(allow_private, 1, None)),
        hosts: Arc::new(AllowedHosts::parse(&hosts).unwrap()),
    }
}

fn get(uri: &str) -> Request<WasiBody> {
    Request::get(uri).body(Full::default().map_err(|never| match never {}).boxed_unsync()).unwrap()
}

async fn refusal(outbound: &Outbound, uri: &str) -> Error {
    outbound.send(get(uri), RequestOptions::default()).await.map(|response| response.status()).unwrap_err()
}

/// Sends the same bytes to each connection, then closes it, or keeps it open until the sender is dropped.
struct Script {
    address: String,
    head: oneshot::Receiver<String>,
    _open: oneshot::Sender<()>,
}

async fn script(answer: &'static [u8], close: bool) -> Script {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (head_in, head) = oneshot::channel();
    let (open, mut closed) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = Vec::new();
        while !is_whole(&received) && stream.read_buf(&mut received).await.unwrap() > 0 {}
        _ = head_in.send(String::from_utf8_lossy(&received).into_owned());
        stream.write_all(answer).await.unwrap();
        if !close {
            _ = (&mut closed).await;
        }
    });
    Script { address, head, _open: open }
}

/// A request head, or the start of a TLS handshake.
fn is_whole(received: &[u8]) -> bool {
    received.first() == Some(&0x16) || received.ends_with(b"\r\n\r\n")
}

async fn exchange(script: &Script, options: RequestOptions) -> Result<Response<Bytes>, Error> {
    let uri = format!("http://{}/index.yaml?a=b", script.address);
    let (head, body) = outbound(&["http://*:*"], true).send(get(&uri), options).await?.into_parts();
    Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
}

#[tokio::test]
async fn a_response_arrives_as_it_was_sent() {
    let answer =
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc";
    let script = script(answer, true).await;
    let response = exchange(&script, RequestOptions::default()).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["location"]), (302, &"/elsewhere".parse().unwrap()));
    assert_eq!(
        (&response.headers()["content-encoding"], &response.body()[..]),
        (&"gzip".parse().unwrap(), &b"abc"[..])
    );
    let head = script.head.await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("get /index.yaml?a=b http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nhost: {}\r\n", script.address)), "{head}");
    for unwanted in ["transfer-encoding", "content-length", "cookie", "accept-encoding", "user-agent"] {
        assert!(!head.contains(unwanted), "{head}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written() {
    let outbound = outbound(&["*://*:*"], false);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:7f00:1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "10.0.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "[fd00::1]",
        "169.254.169.254",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let error = refusal(&outbound, &format!("http://{host}:8080/")).await;
        assert!(matches!(error, Error::DestinationIpProhibited), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn local_work_does_not_open_link_local_addresses() {
    let outbound = outbound(&["*://*:*"], true);
    for host in ["169.254.169.254", "[fe80::1]", "0.0.0.0", "224.0.0.1", "[fd00:ec2::254]"] {
        let error = refusal(&outbound, &format!("http://{host}:8080/")).await;
        assert!(matches!(error, Error::DestinationIpProhibited), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn hosts_and_ports_beyond_the_grants_are_denied() {
    let outbound = outbound(&["https://*:*"], false);
    for uri in [
        "http://example.com/",
        "https://example.com:22/",
        "https://example.com:1023/",
        "https://self.alt/",
        "https://hub.spin.internal/",
        "https://hub.spin.internal./",
        "ftp://example.com/",
    ] {
        let error = refusal(&outbound, uri).await;
        assert!(matches!(error, Error::HttpRequestDenied), "{uri}: {error:?}");
    }
    for uri in ["https://user@example.com/", "https://:secret@example.com/"] {
        let error = refusal(&outbound, uri).await;
        assert!(matches!(error, Error::HttpRequestUriInvalid), "{uri}: {error:?}");
    }
}

#[tokio::test]
async fn a_closed_port_is_told_apart_from_an_unknown_name() {
    let outbound = outbound(&["http://*:*"], true);
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = refusal(&outbound, &format!("http://{address}/")).await;
    assert!(matches!(error, Error::ConnectionRefused), "{error:?}");
    // The label is too long for DNS, so no query is sent.
    let error = refusal(&outbound, &format!("http://{}.invalid/", "x".repeat(64))).await;
    assert!(matches!(error, Error::DnsError { .. }), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_given_up() {
    // Nothing accepts connections, so each attempt fills the listen queue until it is full.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    let options =
        RequestOptions { connect_timeout: Some(SHORT), first_byte_timeout: Some(SHORT), ..Default::default() };
    let outbound = outbound(&["http://*:*"], true);
    loop {
        match outbound.send(get(&uri), options).await.map(|response| response.status()) {
            Err(Error::ConnectionTimeout) => break,
            Err(Error::ConnectionReadTimeout) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let before = RequestOptions { connect_timeout: Some(SHORT), first_byte_timeout: Some(SHORT), ..Default::default() };
    let error = exchange(&script(b"", false).await, before).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionReadTimeout), "{error:?}");
    // A long connection timeout does not extend the wait for the response head.
    let hour = Some(Duration::from_secs(3600));
    let slow = RequestOptions { connect_timeout: hour, first_byte_timeout: Some(SHORT), ..Default::default() };
    let silent = script(b"", false).await;
    let given_up = timeout(Duration::from_secs(60), exchange(&silent, slow)).await.expect("given up");
    assert!(matches!(given_up, Err(Error::ConnectionReadTimeout)), "{given_up:?}");
    let within = RequestOptions { between_bytes_timeout: Some(SHORT), ..Default::default() };
    let error =
        exchange(&script(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", false).await, within).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionReadTimeout), "{error:?}");
}

#[tokio::test]
async fn a_response_that_breaks_off_is_incomplete() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"",
    ] {
        let error = exchange(&script(answer, true).await, RequestOptions::default()).await.unwrap_err();
        assert!(matches!(error, Error::HttpResponseIncomplete), "{}: {error:?}", String::from_utf8_lossy(answer));
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_the_protocol_is_named() {
    let error =
        exchange(&script(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", true).await, RequestOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::InternalError(Some(_))), "{error:?}");
    let plain = script(b"HTTP/1.1 400 Bad Request\r\n\r\n", true).await;
    let error = refusal(&outbound(&["https://*:*"], true), &format!("https://{}/", plain.address)).await;
    assert!(matches!(error, Error::TlsProtocolError), "{error:?}");
}

#[tokio::test]
async fn a_request_waits_until_there_is_room_for_it() {
    let outbound = outbound(&["http://*:*"], true);
    let (first, second) =
        (script(b"HTTP/1.1 200 OK\r\n\r\na", false).await, script(b"HTTP/1.1 200 OK\r\n\r\nb", true).await);
    let held = outbound.send(get(&format!("http://{}/", first.address)), RequestOptions::default()).await.unwrap();
    let (response, ()) =
        tokio::join!(outbound.send(get(&format!("http://{}/", second.address)), RequestOptions::default()), async {
            let mut head = second.head;
            assert!(head.try_recv().is_err(), "the second request is not sent yet");
            drop(held);
        });
    assert_eq!(response.unwrap().into_body().collect().await.unwrap().to_bytes(), "b");
}

/// A name server that changes its response every time and never returns a permitted address.
fn rebinding(_: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let answer: &[&str] = match TURN.fetch_add(1, Ordering::Relaxed) % 6 {
        0 => &[],
        1 => &["127.0.0.1"],
        2 => &["::1", "127.0.0.1", "10.0.0.1"],
        3 => return Box::pin(async { Err(io::Error::other("SERVFAIL")) }),
        4 => &["::ffff:127.0.0.1", "169.254.169.254"],
        _ => &["0.0.0.0", "::", "64:ff9b::7f00:1"],
    };
    Box::pin(async move { Ok(answer.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()) })
}

#[tokio::test]
async fn a_name_that_changes_its_address_between_two_requests_leads_nowhere() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://rebinding.test:{}/index.yaml", listener.local_addr().unwrap().port());
    let mut client = Client::new(false, 1, None);
    client.lookup = rebinding;
    let outbound = Outbound { client: Arc::new(client), ..outbound(&["http://*:*"], false) };
    let (mut prohibited, mut unknown) = (0, 0);
    for _ in 0..1_000 {
        match refusal(&outbound, &uri).await {
            Error::DestinationIpProhibited => prohibited += 1,
            Error::DnsError { .. } => unknown += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(prohibited > 600 && unknown > 300, "{prohibited} and {unknown}");
    let connected = listener.into_std().unwrap().accept().map(drop);
    assert_eq!(connected.unwrap_err().kind(), io::ErrorKind::WouldBlock, "the client connected");
}
