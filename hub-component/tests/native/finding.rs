//! Pages for people who look for something: where they begin, and where the links lead.

use crate::pages::{PLAIN, says, seen};
use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

const FIRST_SCHEMA: &str = include_str!("search/first_schema.sql");

/// An index whose entries have these ids, statuses and tags.
pub fn tagged(entries: &[(&str, &str, &str)]) -> String {
    let mut text = "version: 1\ncapabilities:\n".to_owned();
    for (id, status, tags) in entries {
        text += &format!("- id: capability.{id}\n  name: The {id}\n  status: {status}\n  tags: [{tags}]\n");
    }
    text
}

impl Hub {
    pub async fn html(&self, path: &str) -> String {
        self.page(path, PLAIN).await.2
    }

    pub async fn move_to(&self, repo: &str, domain: &str) {
        let (status, answer) = self.ask(Method::PATCH, &format!("/v1/repos/{repo}"), json!({"domain": domain})).await;
        assert!(status.is_success(), "{answer}");
    }
}

#[tokio::test]
async fn the_first_page_is_for_somebody_who_looks_for_something() {
    let hub = Hub::new();
    hub.register("a", tagged(&[("pay", "stable", "money"), ("bill", "beta", "money, pdf")])).await;
    hub.register("b", tagged(&[("map", "stable", "geo")])).await;
    hub.move_to("b", "earth").await;
    hub.publish("a", tagged(&[("pay", "beta", "money"), ("sign", "beta", "pdf")]));
    hub.compose().await;
    let html = hub.html("/").await;
    assert_eq!(html.matches(" autofocus").count(), 1, "{html}");
    assert!(
        html.contains(r#"<a href="/capabilities?domain=earth"><bdi>earth</bdi> <span class="number">1</span></a>"#)
    );
    let page = seen(&html);
    for words in [
        "Find something to reuse Search capabilities Search 3 capabilities of 2 repos, revision 4",
        "Domains d 2 earth 1 Tags geo 1 money 1 pdf 1 What is new",
        "The sign capability.sign new in a, 2027-01-15 08:00:00 UTC, revision 4",
        "The pay capability.pay changed in a, ",
        "The map capability.map changed in b, ",
    ] {
        says(&page, words);
    }
    assert!(!page.contains("The bill"), "it was removed: {page}");
    let one_source = index("many", 30, 0);
    hub.register("many", one_source).await;
    let page = hub.see("/").await;
    assert_eq!(page.matches("new in many").count(), 3, "one import does not hide all else: {page}");
    says(&page, "The sign capability.sign new in a");
}

#[tokio::test]
async fn facets_count_what_is_published_now() {
    let hub = Hub::new();
    hub.register("a", tagged(&[("pay", "Stable", "Money, money"), ("bill", "beta", "money, pdf")])).await;
    hub.register("b", tagged(&[("map", "stable", "geo, pdf")])).await;
    says(&hub.see("/capabilities").await, "Domains d 3 Repos a 2 b 1 Status stable 2 beta 1 Tags money 2 pdf 2 geo 1");
    hub.move_to("b", "earth").await;
    hub.publish("a", tagged(&[("pay", "beta", "money")]));
    hub.compose().await;
    let page = hub.see("/capabilities?q=pay").await;
    says(&page, "count all capabilities, not only those that were found. Domains d 1 earth 1 Repos a 1 b 1");
    says(&page, "Status beta 1 stable 1 Tags geo 1 money 1 pdf 1");
    let html = hub.html("/capabilities?q=map&domain=earth").await;
    says(&seen(&html), "Domains d 1 earth 1 Repos b 1 Status stable 1 Tags geo 1 pdf 1");
    says(&seen(&html), "Remove Domain earth × ");
    for link in [
        r#"href="/capabilities?q=map""#,
        r#"href="/capabilities?q=map&amp;domain=d""#,
        r#"href="/capabilities?q=map&amp;domain=earth&amp;tag=geo""#,
        r#"<input type="hidden" name="domain" value="earth">"#,
    ] {
        assert!(html.contains(link), "{link}: {html}");
    }
    says(&hub.see("/capabilities?q=map&domain=d").await, "Search without the filters.");
    hub.ask(Method::DELETE, "/v1/repos/b", Value::Null).await;
    says(&hub.see("/capabilities").await, "Domains d 1 Repos a 1 Status beta 1 Tags money 1");
    let tags: Vec<String> = (0..25).map(|i| format!("t{i:02}")).collect();
    hub.register("c", tagged(&[("x", "beta", &tags.join(", "))])).await;
    let page = hub.see("/capabilities").await;
    says(&page, "Tags money 1 t00 1");
    says(&page, "t18 1 and 6 more");
}

#[tokio::test]
async fn an_upgrade_counts_what_is_published() {
    let status = r#"UPDATE fragments SET json = replace(json, '"name"', '"status":"Beta","tags":["x"],"name"');"#;
    let hub = Hub::over(&format!("{FIRST_SCHEMA};{status}"));
    says(&hub.see("/capabilities").await, "Status beta 3 Tags x 3");
}

#[tokio::test]
async fn a_capability_shows_its_neighbours_and_its_history() {
    let hub = Hub::new();
    let tags = "a%_!, money, pdf";
    hub.register(
        "a",
        tagged(&[("one", "beta", ""), ("pay", "beta", tags), ("two", "beta", ""), ("sum", "beta", "pdf")]),
    )
    .await;
    hub.register("b", tagged(&[("bill", "beta", "money, pdf"), ("map", "beta", "axyz"), ("coin", "beta", "money")]))
        .await;
    hub.pass(60);
    hub.publish(
        "a",
        tagged(&[("one", "beta", ""), ("pay", "stable", tags), ("two", "beta", ""), ("sum", "beta", "pdf")]),
    );
    hub.compose().await;
    hub.move_to("a", "e").await;
    let html = hub.html("/capabilities/capability.pay").await;
    let page = seen(&html);
    says(
        &page,
        "The pay capability.pay a in e status stable tags a%_! money pdf With the same tags The bill capability.bill b d beta money pdf The sum",
    );
    says(
        &page,
        "The coin capability.coin b d beta money Also in a The one capability.one beta The two capability.two beta History",
    );
    assert!(!page.contains("The map"), "`a%_!` is no pattern: {page}");
    says(
        &page,
        "History ~ changed in revision 4, 2027-01-15 08:01:00 UTC: registration changed (bootstrap): domain \
         ~ changed in revision 3, 2027-01-15 08:01:00 UTC: index fetched (bootstrap): status \
         + added in revision 1, 2027-01-15 08:00:00 UTC: registered (bootstrap)",
    );
    let two = hub.see("/capabilities/capability.two").await;
    says(&two, "+ added in revision 1");
    assert!(!two.contains("revision 3") && !two.contains("With the same tags"), "{two}");
    // Two repos under one id: the history of each.
    hub.register("c", tagged(&[("pay", "beta", "")])).await;
    let page = hub.see("/capabilities/capability.pay").await;
    says(&page, "History in a ~ changed in revision 4");
    says(&page, "History in c + added in revision 5");
}

#[tokio::test]
async fn a_long_history_ends_and_says_so() {
    let hub = Hub::new();
    for version in 0..60 {
        match version {
            0 => hub.register("a", index("a", 2, 0)).await,
            _ => {
                hub.publish("a", index("a", 2, version));
                hub.compose().await;
            }
        }
    }
    hub.largest_result();
    let page = hub.see("/capabilities/capability.a.n1").await;
    assert_eq!(page.matches("~ changed in revision").count(), 50, "{page}");
    says(&page, "Older revisions are not listed.");
    assert!(!hub.see("/revisions/60").await.contains("Older"));
}

#[tokio::test]
async fn a_path_leads_into_the_repository_of_a_known_forge() {
    let hub = Hub::new();
    let text = "version: 1\ncapabilities:\n- id: capability.x\n  name: X\n  path: docs/x y.md\n";
    for (repo, url, page) in [
        ("hub", "https://raw.githubusercontent.com/o/r/main/i.yaml", "https://github.com/o/r/blob/main/docs/x%20y.md"),
        ("lab", "https://gitlab.com/g/s/p/-/raw/main/i.yaml", "https://gitlab.com/g/s/p/-/blob/main/docs/x%20y.md"),
        (
            "berg",
            "https://codeberg.org/o/r/raw/branch/main/i.yaml",
            "https://codeberg.org/o/r/src/branch/main/docs/x%20y.md",
        ),
    ] {
        hub.take(json!({"repo": repo, "url": url, "domain": "d"}), Some(text)).await;
        let html = hub.html("/capabilities/capability.x").await;
        let link = format!(
            "<a href=\"{page}\" rel=\"nofollow noopener noreferrer ugc\"><code><bdi>docs/x y.md</bdi></code></a>"
        );
        assert!(html.contains(&link), "{repo}: {html}");
        hub.ask(Method::DELETE, &format!("/v1/repos/{repo}"), Value::Null).await;
    }
    hub.register("other", text.into()).await;
    let html = hub.html("/capabilities/capability.x").await;
    assert!(html.contains("<dd><bdi>docs/x y.md</bdi></dd>"), "{html}");
}

#[tokio::test]
async fn names_come_first_and_what_is_shown_leads_on() {
    let hub = Hub::new();
    hub.register("a", tagged(&[("pay", "beta", "R&D")])).await;
    for (path, level) in [("/capabilities?q=pay", 2), ("/repos/a", 3)] {
        let html = hub.html(path).await;
        let hit = format!(
            "<h{level}><a href=\"/capabilities/capability.pay\"><bdi>The pay</bdi></a></h{level}><p class=\"id\"><code>capability.pay</code></p>"
        );
        assert!(html.contains(&hit), "{path}: {html}");
        for link in ["/capabilities?status=beta", "/capabilities?tag=R%26D", "/capabilities?domain=d"] {
            assert!(html.contains(&format!("href=\"{link}\"")), "{path}: {link}");
            says(&hub.see(link).await, "1 capability, in revision 1");
        }
    }
    let html = hub.html("/capabilities/capability.pay").await;
    assert!(html.contains("<h1><bdi>The pay</bdi></h1><p class=\"id\"><code>capability.pay</code></p>"), "{html}");
}

#[tokio::test]
async fn many_repos_under_one_id_are_paged() {
    let hub = Hub::new();
    for i in 0..12 {
        hub.register(&format!("r{i:02}"), tagged(&[("pay", "beta", "")])).await;
    }
    let html = hub.html("/capabilities/capability.pay").await;
    assert_eq!(html.matches("<article").count(), 10);
    let (_, rest) = html.split_once("rel=\"next\" href=\"").expect("a next page");
    let next = rest.split('"').next().unwrap_or_default();
    let second = hub.see(next).await;
    assert!(second.contains("r10 in d") && second.contains("r11 in d") && !second.contains("r09 in d"), "{second}");
}
