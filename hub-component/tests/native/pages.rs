//! Pages for people: what they say, what they cost, and what hostile text cannot do to them.

use crate::ports::{Hub, index};
use federation::digest::Digest;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

pub const PLAIN: (&str, &str) = ("x-none", "");

impl Hub {
    /// A page that is there; tags are left out of what people see of it.
    pub async fn see(&self, path: &str) -> String {
        let (status, _, html) = self.page(path, PLAIN).await;
        assert_eq!(status, StatusCode::OK, "{path}: {html}");
        seen(&html)
    }

    /// Registers a source without asking whether it is valid, and checks it.
    pub async fn take(&self, body: Value, text: Option<&str>) {
        if let Some(text) = text {
            self.sources().set(body["url"].as_str().unwrap_or_default(), text.to_owned());
        }
        let (status, answer) = self.ask(Method::POST, "/v1/repos", body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        self.compose().await;
    }
}

pub fn registration(repo: &str) -> Value {
    json!({"repo": repo, "url": format!("https://{repo}.example.org/index.yaml"), "domain": "d"})
}

/// The text of a page in one line, without its style and script.
pub fn seen(html: &str) -> String {
    const INLINE: [&str; 8] = ["a", "b", "bdi", "code", "mark", "span", "svg", "time"];
    let body = html.split_once("<body>").map_or("", |(_, body)| body);
    let body = body.split_once("<script>").map_or(body, |(body, _)| body);
    let mut text = String::new();
    for (i, part) in body.split(['<', '>']).enumerate() {
        let name = part.trim_start_matches('/').split(' ').next().unwrap_or_default();
        match i % 2 {
            0 => text.push_str(part),
            _ if INLINE.contains(&name) => {}
            _ => text.push(' '),
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
pub fn says(page: &str, words: &str) {
    let shown: String = page.chars().take(3000).collect();
    assert!(page.contains(words), "`{words}` is not in: {shown}");
}

#[tokio::test]
async fn an_empty_hub_says_how_to_begin() {
    let page = Hub::new().see("/").await;
    says(&page, "Nothing is registered yet");
    says(&page, "export REUSE_SURFACE_URL=https://hub.example.org REUSE_SURFACE_TOKEN=");
    says(&page, "reuse-surface hub register --repo my-repo");
}

#[tokio::test]
async fn the_repos_are_listed_with_every_state_with_its_reason() {
    let hub = Hub::new();
    hub.register("good", index("good", 3, 0)).await;
    hub.register("old", index("old", 2, 0)).await;
    hub.publish("old", "version: 2\ncapabilities: []\n".into());
    hub.register("less", index("less", 20, 0)).await;
    hub.publish("less", index("less", 1, 0));
    hub.take(registration("gone"), None).await;
    let mut off = registration("off");
    off["enabled"] = false.into();
    hub.take(off, None).await;
    let page = hub.see("/repos").await;
    for words in [
        "repos registered 5",
        "capabilities published 25",
        "all 5 fresh 1 stale 1 held 1 failed 1 disabled 1",
        "old 1:10: unknown-version: version 2 is not known here: use version 1 (at /version) stale d 2",
        "less The newest index has 1 capabilities where readers get 20",
        "off disabled d 0 never",
    ] {
        says(&page, words);
    }
    let only = hub.see("/repos?state=held").await;
    assert!(only.contains("less The newest") && !only.contains("good fresh"), "{only}");
    let (status, headers, html) = hub.page("/repos?state=sad", PLAIN).await;
    assert_eq!(
        (status.as_u16(), headers["content-type"].as_bytes()),
        (400, &b"text/html; charset=utf-8"[..]),
        "{html}"
    );
}

#[tokio::test]
async fn a_repo_shows_what_is_wrong_where_and_what_readers_get_meanwhile() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.pass(60);
    hub.publish("a", "version: 1\ncapabilities:\n  - id: Capability.Broken\n    name: x\n".into());
    hub.compose().await;
    let (_, _, html) = hub.page("/repos/a", PLAIN).await;
    assert!(html.contains("<code>  - id: <mark>C</mark>apability.Broken</code>"), "{html}");
    let page = seen(&html);
    for words in [
        "stale The last check failed, 2027-01-15 08:01:00 UTC.",
        "Meanwhile readers get the accepted snapshot with 3 capabilities, last verified 2027-01-15 08:00:00 UTC.",
        "1 finding in its index error schema-pattern: Capability.Broken does not have the expected form",
        "line 3, column 9, at /capabilities/0/id line 3 - id: Capability.Broken",
        "reuse-surface hub refresh --repo a",
        "Capabilities 3 Version 0 capability.a.n0",
        "the server answered 200",
        "revision 1, 2027-01-15 08:00:00 UTC: registered (bootstrap)",
    ] {
        says(&page, words);
    }
}

#[tokio::test]
async fn a_held_index_shows_what_its_release_would_change() {
    let hub = Hub::new();
    hub.register("a", index("a", 20, 0)).await;
    hub.publish("a", index("a", 2, 1).replace("n1", "other"));
    hub.compose().await;
    let page = hub.see("/repos/a").await;
    for words in [
        "has 2 capabilities where readers get 20. It was first seen 2027-01-15 08:00:00 UTC.",
        "released by the first check once a day has passed (2027-01-16 08:00:00 UTC)",
        "reuse-surface hub release --repo a",
        "− removed capability.a.n19 Version 0",
        "+ added capability.a.other Version 1",
        "~ changed capability.a.n0 name",
    ] {
        says(&page, words);
    }
    // Pruning drops the fragment of what no revision has; the page does not need it.
    hub.write("DELETE FROM fragments WHERE ids LIKE $1 AND repo = $2 AND $3 > CAST(0 AS BIGINT)", "%other%", "a", 0)
        .await;
    says(&hub.see("/repos/a").await, "+ added capability.a.other Version 1");
}

#[tokio::test]
async fn revisions_show_who_why_and_what() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    hub.register("b", index("b", 1, 0)).await;
    hub.publish("a", index("a", 4, 0).replace("n0\n  name: Version 0", "n0\n  name: Other\n  status: beta"));
    hub.compose().await;
    hub.ask(Method::PATCH, "/v1/repos/a", json!({"domain": "e"})).await;
    hub.ask(Method::DELETE, "/v1/repos/b", Value::Null).await;
    let log = hub.see("/revisions").await;
    for words in [
        "Revision 5 2027-01-15 08:00:00 UTC deregistered by bootstrap b removed 4",
        "Revision 3 2027-01-15 08:00:00 UTC index fetched by bootstrap a changed 5",
        "Revision 1 2027-01-15 08:00:00 UTC registered by bootstrap a added 3",
    ] {
        says(&log, words);
    }
    let third = hub.see("/revisions/3").await;
    says(&third, "a changed Snapshot sha256:");
    says(&third, "+ added capability.a.n3 Version 0 ~ changed capability.a.n0 name, status");
    says(&third, "Revision 2 Revision 4");
    says(&hub.see("/revisions/4").await, "Domain d → e Its 4 capabilities are listed under the new domain.");
    let last = hub.see("/revisions/5").await;
    says(&last, "b removed − removed capability.b.n0");
    assert!(!last.contains("Revision 6"), "{last}");
    for (path, status) in [("/revisions/6", 404), ("/revisions/0", 404), ("/revisions/x", 404), ("/repos/b", 404)] {
        assert_eq!(hub.page(path, PLAIN).await.0.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn the_search_finds_filters_and_goes_on() {
    let hub = Hub::new();
    says(&hub.see("/capabilities?q=x").await, "Nothing published here fits");
    hub.register("a", index("a", 30, 0)).await;
    hub.register(
        "b",
        "version: 1\ncapabilities:\n- id: capability.a.n0\n  title: Another one\n  status: beta\n  tags: [R&D, x]\n"
            .into(),
    )
    .await;
    let page = hub.see("/capabilities?q=n0&repo=&domain=&status=&tag=").await;
    says(&page, "2 capabilities, best first, in revision 2");
    says(&page, "Another one capability.a.n0 b d beta R&D x");
    says(&hub.see("/capabilities?q=n0&tag=r%26d").await, "1 capability, best first");
    let (_, _, html) = hub.page("/capabilities?q=capability&domain=d", PLAIN).await;
    says(&seen(&html), "20 of 31 capabilities");
    let (_, rest) = html.split_once("rel=\"next\" href=\"").expect("a next page");
    let next = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
    assert!(next.starts_with("/capabilities?q=capability&domain=d&cursor=1."), "{next}");
    let second = hub.see(&next).await;
    says(&second, "11 of 31 capabilities");
    says(&second, "capability.a.n29");
    says(&hub.see("/capabilities?q=%3F%3F").await, "`q` has no letter or digit");

    let both = hub.see("/capabilities/capability.a.n0").await;
    says(
        &both,
        "2 repos publish this id. The hub keeps all of them; choose by repo. a in d b in d Another one status beta tags R&D x",
    );
    let (status, _, html) = hub.page("/capabilities/capability.a.m0", PLAIN).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    says(&seen(&html), "Did you mean capability.a.n0");
}

#[tokio::test]
async fn lists_are_paged_without_skipping() {
    let hub = Hub::new();
    for i in 0..210 {
        hub.register(&format!("r{i:03}"), index(&format!("r{i:03}"), 1, 0)).await;
    }
    let (first, second) = (hub.see("/repos").await, hub.see("/repos?after=r049").await);
    assert!(first.contains("r049 fresh") && !first.contains("r050 fresh"), "{first}");
    assert!(
        second.contains("r050 fresh") && second.contains("r099 fresh") && !second.contains("r049 fresh"),
        "{second}"
    );
    let (_, _, html) = hub.page("/repos?q=R%26D%20EXAMPLE&state=fresh", PLAIN).await;
    says(&seen(&html), "No repo has these words. Show all.");
    let (_, _, html) = hub.page("/repos?q=%20EXAMPLE&state=fresh", PLAIN).await;
    assert!(html.contains("href=\"/repos?q=EXAMPLE&amp;state=fresh&amp;after=r049\""), "{html}");
    assert!(html.contains("href=\"/repos?q=EXAMPLE\""), "all of these words: {html}");
    assert!(html.contains("<input type=\"hidden\" name=\"state\" value=\"fresh\">"), "{html}");
    let some = hub.see("/repos?q=r20").await;
    says(&some, "repos registered 210");
    says(&some, "all 10 fresh 10");
    assert!(some.contains("r209 fresh") && !some.contains("r199 fresh"), "{some}");
    let (log, older) = (hub.see("/revisions").await, hub.see("/revisions?before=186").await);
    assert!(log.contains("Revision 186 ") && !log.contains("Revision 185 "), "{log}");
    assert!(older.contains("Revision 185 ") && older.contains("Revision 161 "), "{older}");
    says(&hub.see("/revisions?before=1").await, "There is none that old.");
}

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
        // The refresh runs after the answer.
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
