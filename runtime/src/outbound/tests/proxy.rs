//! Requests through the operator's proxy.

use super::{get, outbound, refusal, script};
use crate::outbound::{Client, Outbound};
use futures::future::BoxFuture;
use http_body_util::BodyExt as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use wasmtime_wasi_http::{Error, RequestOptions};

/// An outbound side whose requests go through a proxy on this machine; the strict policy is for the hosts behind it.
fn through(proxy: &str, lookup: crate::outbound::resolver::Lookup) -> Outbound {
    let mut client = Client::new(false, 1, Some(proxy.parse().unwrap()));
    client.lookup = lookup;
    Outbound { client: Arc::new(client), ..outbound(&["*://*:*"], false) }
}

fn public(_: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async { Ok(vec![SocketAddr::from(([1, 1, 1, 1], 0))]) })
}

fn unknown(_: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async { Err(io::Error::other("NXDOMAIN")) })
}

fn mixed(_: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async { Ok(vec![SocketAddr::from(([1, 1, 1, 1], 0)), SocketAddr::from(([10, 0, 0, 1], 0))]) })
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_whole_address_with_its_password() {
    let script = script(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", true).await;
    let outbound = through(&format!("http://user:p%40ss@{}", script.address), unknown);
    let response = outbound.send(get("http://index.example:8080/i.yaml?a=b"), RequestOptions::default()).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "ok");
    let head = script.head.await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("get http://index.example:8080/i.yaml?a=b http/1.1\r\n"), "{head}");
    // user:p@ss
    assert!(head.contains("\r\nproxy-authorization: basic dxnlcjpwqhnz\r\n"), "{head}");
    assert!(head.contains("\r\nhost: index.example:8080\r\n"), "{head}");
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_a_refused_tunnel_is_no_connection() {
    let script = script(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", true).await;
    let outbound = through(&format!("http://{}", script.address), public);
    let error = refusal(&outbound, "https://index.example/i.yaml").await;
    assert!(matches!(error, Error::DestinationUnavailable), "{error:?}");
    let head = script.head.await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("connect index.example:443 http/1.1\r\n"), "{head}");
}

#[tokio::test]
async fn a_proxy_is_not_asked_for_private_addresses_nor_for_names_that_have_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    for (lookup, host) in [
        (public as crate::outbound::resolver::Lookup, "127.0.0.1"),
        (public, "[::1]"),
        (public, "2130706433"),
        (public, "169.254.169.254"),
        (mixed, "mixed.example"),
        (mixed, "mixed.example."),
    ] {
        for scheme in ["http", "https"] {
            let error = refusal(&through(&proxy, lookup), &format!("{scheme}://{host}:8080/")).await;
            assert!(matches!(error, Error::DestinationIpProhibited), "{scheme} {host}: {error:?}");
        }
    }
    let error = refusal(&through(&proxy, public), "https://index.example:22/").await;
    assert!(matches!(error, Error::HttpRequestDenied), "{error:?}");
    let connected = listener.into_std().unwrap().accept().map(drop);
    assert_eq!(connected.unwrap_err().kind(), io::ErrorKind::WouldBlock, "the proxy was asked");
}
