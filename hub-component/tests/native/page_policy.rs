//! What pages cost, what browsers may cache and run, and how pages withstand hostile text and failures.

use crate::pages::{PLAIN, registration, says, seen};
use crate::ports::{Hub, index};
use federation::digest::Digest;
use http::StatusCode;
use serde_json::json;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn pages_cost_a_few_statements_however_much_there_is() {
    let hub = Hub::new();
    for i in 0..30 {
        hub.register(&format!("r{i}"), index(&format!("r{i}"), 3, 0)).await;
    }
    for i in 0..30 {
        hub.publish(&format!("r{i}"), index(&format!("r{i}"), 3, 1));
    }
    hub.compose().await;
    for (path, most) in [
        ("/", 4),
        ("/repos", 3),
        ("/repos/r1", 5),
        ("/capabilities?q=n1", 5),
        ("/capabilities/capability.r1.n1", 9),
        ("/revisions", 7),
        ("/revisions/31", 6),
    ] {
        hub.statements();
        hub.see(path).await;
        let statements = hub.statements();
        assert!(statements.len() <= most + 1, "{path}: {statements:#?}");
    }
}

#[tokio::test]
async fn the_policy_allows_exactly_what_is_in_the_page() {
    let hub = Hub::new();
    let (_, headers, html) = hub.page("/", PLAIN).await;
    let policy = headers["content-security-policy"].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    for element in ["style", "script"] {
        let (_, rest) = html.split_once(&format!("<{element}>")).expect("an element");
        let (content, _) = rest.split_once(&format!("</{element}>")).expect("its end");
        let digest = Digest::of(content.as_bytes());
        let bytes: Vec<u8> =
            (0..32).map(|i| u8::from_str_radix(&digest.hex()[2 * i..2 * i + 2], 16).expect("hex")).collect();
        let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        assert!(policy.contains(&format!("{element}-src 'sha256-{hash}'")), "{element}: {policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    for path in [
        "/",
        "/capabilities",
        "/capabilities/capability.a.n0",
        "/repos",
        "/repos/a",
        "/revisions",
        "/revisions/1",
        "/demand",
        "/overlaps",
    ] {
        let (_, headers, _) = hub.page(path, PLAIN).await;
        let etag = headers["etag"].to_str().expect("a tag");
        let (status, again, body) = hub.page(path, ("if-none-match", etag)).await;
        assert_eq!((status, body.as_str(), &again["etag"]), (StatusCode::NOT_MODIFIED, "", &headers["etag"]), "{path}");
        assert!(again.contains_key("content-security-policy") && !again.contains_key("content-type"), "{path}");
    }
    let (_, before, _) = hub.page("/repos/a", PLAIN).await;
    hub.publish("a", index("a", 3, 1));
    hub.compose().await;
    assert_ne!(hub.page("/repos/a", PLAIN).await.1["etag"], before["etag"]);
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let hub = Hub::new();
    let attack = r#"</title></style></script>"><script>alert(1)</script><img src=x onerror=alert(1)>' & "#;
    let text = format!(
        "version: 1\ncapabilities:\n- id: capability.evil\n  name: {name}\n  summary: {summary}\n  status: {name}\n  tags: [{name}]\n  homepage: javascript:alert(1)\n",
        name = json!(attack),
        summary = json!(format!("{attack}{}\u{202e}", "x".repeat(60_000))),
    );
    let mut body = registration("evil");
    body["description"] = attack.into();
    hub.take(body, Some(&text)).await;
    hub.take(
        registration("worse"),
        Some(&format!("version: 1\ncapabilities:\n- id: {}\n  name: \u{202e}x\n", json!(attack))),
    )
    .await;
    for path in [
        "/",
        "/repos",
        "/repos/evil",
        "/repos/worse",
        "/capabilities",
        "/capabilities/capability.evil",
        "/capabilities?q=%22%3E%3Cscript%3E&tag=%27%22%3E%3Cimg%3E",
        "/revisions",
        "/revisions/1",
        "/nothing/%22%3E%3Cscript%3E",
        "/repos/%3Cimg%3E",
    ] {
        let (_, _, html) = hub.page(path, PLAIN).await;
        for (what, most) in [("<script", 1), ("</script", 1), ("<style", 1), ("</style", 1), ("<title", 1), ("<img", 0)]
        {
            assert_eq!(html.matches(what).count(), most, "{what} in {path}");
        }
        assert!(!html.contains("href=\"javascript:"), "{path}");
        assert!(html.len() < 200_000, "{path}: {}", html.len());
    }
    says(&hub.see("/repos/evil").await, r#"</title></style></script>"><script>alert(1)</script>"#);
    let worse = hub.see("/repos/worse").await;
    says(&worse, "schema-pattern");
}

#[tokio::test]
async fn a_browser_gets_errors_as_pages_and_a_program_as_data() {
    let hub = Hub::new();
    let (status, headers, html) = hub.page("/nothing", PLAIN).await;
    assert_eq!((status.as_u16(), headers["content-type"].as_bytes()), (404, &b"text/html; charset=utf-8"[..]));
    assert!(headers.contains_key("content-security-policy"));
    says(&seen(&html), "This page does not exist The address may be mistyped, or the link is old.");
    const DATA: &str = "application/problem+json";
    const PAGE: &str = "text/html; charset=utf-8";
    for (path, accept, answered) in [
        ("/nothing", "", DATA),
        ("/nothing", "*/*", DATA),
        ("/nothing", "text/html;q=0", DATA),
        ("/nothing", "text/html;q=0, */*", DATA),
        ("/nothing", "application/json, text/html;q=0.9", DATA),
        ("/nothing", "text/x-text/html", DATA),
        ("/nothing", "application/json;q=0.5, TEXT/HTML", PAGE),
        ("/nothing", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PAGE),
        ("/v1/nothing", "text/html", DATA),
        ("/v1/repos/x", "text/html", DATA),
        ("/repos/x", "application/json", DATA),
    ] {
        let (status, headers, _) = hub.read(path, &[("accept", accept)]).await;
        assert_eq!(
            (status.as_u16(), headers["content-type"].as_bytes()),
            (404, answered.as_bytes()),
            "{path}: {accept}"
        );
    }
}

#[tokio::test]
async fn a_hub_that_only_people_read_stays_fresh() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let asked = || hub.sources().requests.load(Ordering::Relaxed);
    for path in
        ["/", "/repos", "/repos/a", "/capabilities", "/capabilities/capability.a.n0", "/revisions", "/revisions/1"]
    {
        hub.pass(24 * 3600);
        let before = asked();
        hub.see(path).await;
        // The refresh runs after the response.
        hub.settle().await;
        assert_eq!(asked(), before + 1, "{path}");
        hub.compose().await;
    }
}

#[tokio::test]
async fn a_lost_store_is_told_to_people_too() {
    let hub = Hub::new();
    hub.lose_store();
    for path in ["/", "/repos", "/repos/a", "/revisions", "/revisions/1"] {
        let (status, headers, html) = hub.page(path, PLAIN).await;
        assert_eq!((status.as_u16(), headers["retry-after"].as_bytes()), (503, &b"5"[..]), "{path}");
        says(&seen(&html), "The database cannot be reached The hub cannot reach its database");
        assert!(!html.contains("no database"), "the words for the log stay there: {html}");
    }
}
