//! The plot of the domains over revisions, checked by the numbers of its table.

use crate::pages::{PLAIN, seen};
use crate::ports::{Hub, index};
use http::Method;
use serde_json::Value;
use std::collections::BTreeMap;

/// The rows of the growth table: the revision, and the number of capabilities in each domain, in the other domains and in all.
fn rows(html: &str) -> BTreeMap<u64, BTreeMap<String, u64>> {
    let (_, table) = html.split_once("<table class=\"grid\" role=\"table\">").expect("a table");
    let table = seen(&format!("<body>{}", table.split_once("</table>").expect("its end").0));
    let mut words = table.split(' ').skip_while(|word| *word != "Revision").skip(1);
    let names: Vec<String> = words.by_ref().take_while(|word| *word != "All").map(str::to_owned).collect();
    let names: Vec<String> = names.join(" ").replace("other domains", "others").split(' ').map(str::to_owned).collect();
    let numbers: Vec<u64> = words.map(|word| word.parse().expect("a number")).collect();
    let row = |row: &[u64]| {
        let counts: BTreeMap<_, _> = names.iter().cloned().chain(["All".to_owned()]).zip(row[1..].to_vec()).collect();
        (row[0], counts)
    };
    numbers.chunks(names.len() + 2).map(row).collect()
}

/// The capabilities of a revision by domain, according to its manifest.
async fn by_domain(hub: &Hub, revision: u64) -> BTreeMap<String, u64> {
    let manifest = hub.get(&format!("/v1/federated/manifest?revision={revision}")).await;
    let mut counts = BTreeMap::new();
    for source in manifest["sources"].as_array().expect("a list") {
        let count = source["capability_count"].as_u64().expect("a number");
        *counts.entry(source["domain"].as_str().expect("text").to_owned()).or_default() += count;
    }
    counts
}

#[tokio::test]
async fn the_log_shows_how_the_domains_grew() {
    let hub = Hub::new();
    hub.register("r0", index("r0", 1, 0)).await;
    let (_, _, html) = hub.page("/revisions", PLAIN).await;
    assert!(!html.contains("<svg class") && !html.contains("class=\"grid\""), "one revision is no line: {html}");
    for i in 1..9 {
        hub.register(&format!("r{i}"), index(&format!("r{i}"), i + 1, 0)).await;
        hub.move_to(&format!("r{i}"), &format!("domain-{i}")).await;
    }
    hub.ask(Method::DELETE, "/v1/repos/r8", Value::Null).await;
    for version in 1..60 {
        hub.publish("r3", index("r3", 3 + version % 4, version));
        hub.compose().await;
    }
    let (_, _, html) = hub.page("/revisions", PLAIN).await;
    let rows = rows(&html);
    let newest = hub.get("/v1/federated/manifest").await["revision"].as_u64().expect("a number");
    assert_eq!((rows.len(), rows.keys().next(), rows.keys().last()), (60, Some(&1), Some(&newest)), "{newest}");
    let mut had_others = 0;
    for (revision, counts) in rows {
        let mut expected = by_domain(&hub, revision).await;
        assert_eq!(counts["All"], expected.values().sum::<u64>(), "{revision}");
        for (name, count) in counts.iter().filter(|(name, _)| !["All", "others"].contains(&name.as_str())) {
            assert_eq!(*count, expected.remove(name).unwrap_or_default(), "{revision}: {name}");
        }
        assert_eq!(counts["others"], expected.values().sum::<u64>(), "{revision}: {expected:?}");
        had_others += counts["others"];
    }
    assert!(had_others > 0);
    assert_eq!(html.matches("<path class=\"band").count(), 7, "six domains, and all others");
    let label = "role=\"img\" aria-label=\"Capabilities by domain from revision 1 to revision ";
    assert!(html.contains(label), "{html}");
    assert!(!hub.html("/revisions?before=50").await.contains(label), "it is on the first page only");
}
