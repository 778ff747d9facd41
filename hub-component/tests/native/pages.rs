//! Pages for people: what they say, what they cost, and what hostile text cannot do to them.

use crate::ports::{Hub, index};
use http::{Method, StatusCode};
use serde_json::{Value, json};

pub const PLAIN: (&str, &str) = ("x-none", "");

impl Hub {
    /// The visible text of a page that exists, without tags.
    pub async fn see(&self, path: &str) -> String {
        let (status, _, html) = self.page(path, PLAIN).await;
        assert_eq!(status, StatusCode::OK, "{path}: {html}");
        seen(&html)
    }

    /// Registers a source without requiring it to be valid, and checks it.
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
        "old 1:10: unknown-version: version 2 is not supported: use version 1 (at /version) stale d 2",
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
        "the server responded with 200",
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
        "releases it at the first check after 24 hours (2027-01-16 08:00:00 UTC)",
        "reuse-surface hub release --repo a",
        "− removed capability.a.n19 Version 0",
        "+ added capability.a.other Version 1",
        "~ changed capability.a.n0 name",
    ] {
        says(&page, words);
    }
    // Pruning deletes fragments that no revision has; the page does not need them.
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
    says(&seen(&html), "No repo matches these words. Show all.");
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
