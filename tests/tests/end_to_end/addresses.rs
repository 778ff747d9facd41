//! Addresses that a hub must not connect to, in every notation: the hub never connects to any of them.

use anyhow::Result;
use end_to_end::{Hub, TOKEN};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::{TcpListener, ToSocketAddrs as _};

/// Hosts without a port. A listener runs on `127.0.0.1` and `::1`.
const HOSTS: &[&str] = &[
    // Loopback, in notations that parsers may accept.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0X7F.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "00000177.0.0.1",
    "127.0.0.1.",
    "127.1.",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "127．0．0．1",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "localhost",
    "LOCALHOST",
    "LocalHost.",
    "localhost.",
    "loc%61lhost",
    "ｌｏｃａｌｈｏｓｔ",
    "0.0.0.0",
    "0",
    "0x0",
    "00.0",
    "0.0.0.1",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    // IPv4 in IPv6.
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::]",
    "[2001:0:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    // Private, shared, link-local, and the metadata services of clouds.
    "10.0.0.1",
    "10.255.255.255",
    "0xa.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "0300.0250.0.1",
    "3232235521",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "169.254.170.2",
    "0251.0376.0251.0376",
    "0xa9fea9fe",
    "2852039166",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[fd00::1]",
    "[fd00:ec2::254]",
    "[fc00::1]",
    "[fec0::1]",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    // Ranges that are never assigned to hosts.
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "198.19.255.255",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    "[5f00::1]",
    // Names inside the runtime.
    "self.alt",
    "SELF.ALT",
    "self.alt.",
    "hub.spin.internal",
    "spin.internal",
    "HUB.Spin.Internal.",
    "self%2ealt",
    // Names inside a cluster, which no public server knows.
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    // Not valid hosts.
    "",
    "127.0.0.1%00.example.org",
    "127.0.0.1 ",
    "256.256.256.256",
    "4294967296",
    "127.0.0.1.1",
    "[::1",
    "[127.0.0.1]",
    "example.org\\@127.0.0.1",
    "example.org%2f@127.0.0.1",
    "user@127.0.0.1",
    "example.org@127.0.0.1",
    "example.org:80@127.0.0.1",
    "127.0.0.1#@example.org",
];

/// Codes for a refused address.
const REFUSED: [&str; 6] =
    ["address-refused", "dns-failed", "url-invalid", "url-internal", "url-credentials", "host-not-allowed"];

fn is_refusal(code: &Value) -> bool {
    code.as_str().is_some_and(|code| REFUSED.contains(&code))
}

#[tokio::test]
async fn no_way_of_writing_a_private_address_leads_to_it() -> Result<()> {
    let v4 = TcpListener::bind("127.0.0.1:0")?;
    let port = v4.local_addr()?.port();
    v4.set_nonblocking(true)?;
    // A machine without IPv6 has nothing to protect.
    let v6 = TcpListener::bind(("::1", port)).ok();
    if let Some(listener) = &v6 {
        listener.set_nonblocking(true)?;
    }
    assert!(("localhost", port).to_socket_addrs()?.all(|address| address.ip().is_loopback()));
    let hub = Hub::start_in(tempfile::TempDir::new()?, Some(TOKEN), &[])?;
    assert!(HOSTS.len() >= 110);
    let mut registered = 0;
    for (i, host) in HOSTS.iter().enumerate() {
        let url = format!("http://{host}:{port}/index.yaml");
        let body = json!({"repo": format!("repo-{i}"), "url": url, "domain": "d"});
        // With `require_valid`, the URL is fetched and refused during registration.
        let verified = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
        assert_eq!(verified.status, 422, "{url}: {}", verified.text);
        assert!(is_refusal(&verified.json()["errors"][0]["code"]), "{url}: {}", verified.text);
        // Otherwise it is refused by the refresh.
        match hub.write(Method::POST, "/v1/repos", &body).await? {
            answer if answer.status == 201 => registered += 1,
            answer => assert!(
                answer.status == 422 && is_refusal(&answer.json()["errors"][0]["code"]),
                "{url}: {}",
                answer.text
            ),
        }
    }
    let report = hub.compose().await?;
    let sources = report["sources"].as_array().cloned().unwrap_or_default();
    assert_eq!(sources.len(), registered);
    for source in sources {
        assert!(source["outcome"] == "failed" && is_refusal(&source["reason"]), "{source}");
    }
    assert!(registered > 60, "the fetch was asked about {registered} addresses only");
    for listener in [Some(v4), v6].iter().flatten() {
        assert_eq!(
            listener.accept().err().map(|error| error.kind()),
            Some(ErrorKind::WouldBlock),
            "somebody connected"
        );
    }
    Ok(())
}
