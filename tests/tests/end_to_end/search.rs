//! Capability search over real sockets.

use anyhow::Result;
use end_to_end::{Cli, Hub, Sources, TOKEN};
use reqwest::Method;
use serde_json::{Value, json};

/// An index of `count` capabilities, of which the first has a unique word.
fn index_of(repo: &str, count: usize, version: usize) -> String {
    let mut text = String::from("version: 1\ncapabilities:\n");
    for n in 0..count {
        let name = if n == 0 { format!("Größe of {repo}") } else { format!("Number {n}") };
        text.push_str(&format!(
            "- id: capability.{repo}.n{n}\n  name: {name}\n  summary: What {n} offers, in version {version}.\n  tags: [common, t{}]\n",
            n % 3
        ));
    }
    text
}

fn ids(page: &Value) -> Vec<String> {
    let results = page["capabilities"].as_array().expect("a page");
    results.iter().map(|it| it["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn finds_ranks_and_filters() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("alpha", &sources.index("/alpha", &index_of("alpha", 5, 0))).await?;
    hub.register("beta", &sources.index("/beta", &index_of("beta", 5, 0))).await?;
    for (query, expected) in [
        ("q=grosse", "capability.alpha.n0 capability.beta.n0"),
        ("q=GR%C3%96SSE+beta", "capability.beta.n0 capability.alpha.n0"),
        ("q=capability.beta.n3", "capability.beta.n3 capability.alpha.n3"),
        ("q=common&repo=beta&tag=T1", "capability.beta.n1 capability.beta.n4"),
        ("q=%22common%22+OR+1%3D1&tag=none", ""),
    ] {
        let answer = hub.get(&format!("/v1/capabilities?{query}")).await?;
        assert_eq!((answer.status, ids(&answer.json()).join(" ")), (200, expected.to_owned()), "{query}");
    }
    let missed = hub.get("/v1/capabilities/capability.beta.n33").await?;
    assert_eq!((missed.status, &missed.json()["code"]), (404, &json!("capability-not-found")));
    assert!(missed.text.contains("Did you mean `capability.beta.n3`"), "{}", missed.text);
    Ok(())
}

#[tokio::test]
async fn pages_fit_together_while_another_client_publishes() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index_of("a", 40, 0))).await?;
    hub.register("b", &sources.index("/b", &index_of("b", 40, 0))).await?;
    let whole = hub.get("/v1/capabilities?q=common&limit=200").await?.json();
    assert_eq!(whole["total"], 80);

    let mut searches = Vec::new();
    for version in 1..=20 {
        let limit = 1 + version % 9;
        let (mut found, mut cursor, mut revision) = (Vec::new(), String::new(), Value::Null);
        loop {
            let path = format!("/v1/capabilities?q=common&limit={limit}&budget_tokens=700{cursor}");
            let answer = hub.get(&path).await?;
            anyhow::ensure!(answer.status == 200 && answer.text.len() <= 2800, "{path}: {}", answer.text);
            let page = answer.json();
            found.extend(page["capabilities"].as_array().into_iter().flatten().cloned());
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
            if !revision.is_null() {
                anyhow::ensure!(revision == page["revision"], "one revision a search");
                continue;
            }
            revision = page["revision"].clone();
            // After the first page, a revision removes one entry, adds another, and changes all summaries.
            let repo = if version % 2 == 0 { "a" } else { "b" };
            sources.index(&format!("/{repo}"), &index_of(repo, 30 + version % 7, version));
            let path = format!("/v1/repos/{repo}/refresh");
            let refreshed = hub.send(hub.request(Method::POST, &path).bearer_auth(TOKEN)).await?;
            // By this refresh, or by the one that the registration triggered, which may come late.
            anyhow::ensure!(refreshed.json()["revision"].as_u64() > revision.as_u64(), "{refreshed:?}");
        }
        searches.push((revision, found));
    }
    let mut revisions = std::collections::BTreeSet::new();
    for (revision, found) in searches {
        let document = hub.get(&format!("/v1/federated?format=json&revision={revision}")).await?.json();
        // Every entry has the word in a tag, so the results are in the order of the document.
        let expected: Vec<_> =
            document["capabilities"].as_array().expect("a list").iter().map(|it| it["summary"].clone()).collect();
        let found: Vec<_> = found.iter().map(|it| it["summary"].clone()).collect();
        assert_eq!(found, expected, "revision {revision}");
        revisions.insert(revision.as_u64());
    }
    assert_eq!(revisions.len(), 20, "each search ran over a revision of its own");
    Ok(())
}

#[tokio::test]
async fn twenty_thousand_capabilities_are_searched() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("large", &sources.index("/large", &index_of("large", 20_000, 0))).await?;
    for (query, total) in [
        ("q=common", 20_000),
        ("", 20_000),
        ("q=gros", 1),
        ("q=n1999&limit=200", 1),
        ("q=n199999&limit=200", 0),
        ("tag=t0", 6667),
    ] {
        let answer = hub.get(&format!("/v1/capabilities?{query}")).await?;
        assert_eq!((answer.status, &answer.json()["total"]), (200, &json!(total)), "{query}: {}", answer.text);
    }
    let page = hub.get("/v1/capabilities?q=common&limit=200&budget_tokens=3000").await?;
    assert!(page.text.len() <= 12_000 && page.text.len() > 11_000, "{} bytes", page.text.len());
    Ok(())
}

#[tokio::test]
async fn the_command_line_searches() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index_of("a", 450, 0))).await?;
    let cli = Cli::new(&hub);
    let ran = cli.run(&["hub", "search", "common", "--limit", "2"])?;
    assert_eq!(ran.stdout.lines().count(), 3, "{ran:?}");
    assert!(ran.stderr.starts_with("2 of 450 shown: more with --all"), "{ran:?}");
    let ran = cli.run(&["hub", "search", "common", "--all", "-o", "json"])?;
    let all = ran.json();
    assert_eq!((&all["shown"], &all["complete"], ids(&all).len()), (&json!(450), &json!(true), 450));
    Ok(())
}
