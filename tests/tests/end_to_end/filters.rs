//! Filtered documents: each is the document of a federation of only these sources.

use anyhow::Result;
use end_to_end::{Hub, Sources, eventually, index};
use federation::compose::{SourceLine, digest};
use federation::schema::{Schema, violations};
use reqwest::Method;
use serde_json::{Value, json};

/// Three sources in two domains; two of them share an id.
async fn hub() -> Result<(Hub, Sources)> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for (repo, domain, id) in [
        ("lease-hub", "infotech", "capability.shared"),
        ("state-hub", "infotech", "capability.state"),
        ("kitchen", "food", "capability.shared"),
    ] {
        let url = sources.index(&format!("/{repo}"), &index(&[id]));
        let body = json!({"repo": repo, "url": url, "domain": domain});
        let answer = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
        anyhow::ensure!(answer.status == 201, "{}", answer.text);
    }
    Ok((hub, sources))
}

fn repos(document: &Value) -> Vec<&str> {
    let sources = document["sources"].as_array().into_iter().flatten();
    sources.filter_map(|source| source["repo"].as_str()).collect()
}

#[tokio::test]
async fn a_filter_takes_sources_by_domain_and_repo() -> Result<()> {
    let (hub, _sources) = hub().await?;
    for (query, expected, filter) in [
        ("domain=infotech", &["lease-hub", "state-hub"][..], json!({"domain": ["infotech"]})),
        (
            "domain=infotech,food,none-such",
            &["kitchen", "lease-hub", "state-hub"],
            json!({"domain": ["food", "infotech"]}),
        ),
        ("repo=state-hub", &["state-hub"], json!({"repo": ["state-hub"]})),
        ("repo=state-hub,kitchen", &["kitchen", "state-hub"], json!({"repo": ["kitchen", "state-hub"]})),
        (
            "domain=food&repo=state-hub,kitchen",
            &["kitchen"],
            json!({"domain": ["food"], "repo": ["kitchen", "state-hub"]}),
        ),
        ("domain=none-such", &[], json!({"domain": []})),
        ("repo=none-such", &[], json!({"repo": []})),
    ] {
        let answer = hub.get(&format!("/v1/federated?format=json&{query}")).await?;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        let document = answer.json();
        assert_eq!((repos(&document), &document["filter"]), (expected.to_vec(), &filter), "{query}");
        assert_eq!(violations(Schema::Federated, &document), [], "{query}");
        let attributed: Vec<_> = document["capabilities"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|c| c["source_repo"].as_str())
            .collect();
        assert_eq!(attributed, expected, "one capability each, in order");
        // The digest follows the same rule as in every document.
        let lines: Vec<SourceLine> = serde_json::from_value(document["sources"].clone())?;
        assert_eq!(document["digest"], digest(&lines).as_str());
        assert_eq!((&document["revision"], answer.header("reuse-surface-revision")), (&json!(3), "3"));
        let shared = expected.contains(&"kitchen") && expected.contains(&"lease-hub");
        let conflicts =
            if shared { json!([{"id": "capability.shared", "repos": ["kitchen", "lease-hub"]}]) } else { json!([]) };
        assert_eq!(document["conflicts"], conflicts, "{query}: among what is shown");
        let yaml = hub.get(&format!("/v1/federated?{query}")).await?;
        assert_eq!(federation::yaml::parse(&yaml.text)?, document, "{query}");
    }
    assert_eq!(hub.document().await?["filter"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn equal_filters_have_equal_bytes_and_a_tag_of_their_own() -> Result<()> {
    let (hub, _sources) = hub().await?;
    let whole = hub.get("/v1/federated").await?;
    let one = hub.get("/v1/federated?repo=kitchen,state-hub").await?;
    let other = hub.get("/v1/federated?repo=state-hub,kitchen,state-hub").await?;
    assert_eq!((&one.text, one.header("etag")), (&other.text, other.header("etag")));
    assert_ne!(one.header("etag"), whole.header("etag"));
    let asked = |path: &'static str, tag: &str| hub.send(hub.request(Method::GET, path).header("if-none-match", tag));
    assert_eq!(asked("/v1/federated?repo=kitchen,state-hub", one.header("etag")).await?.status, 304);
    assert_eq!(asked("/v1/federated?repo=kitchen", one.header("etag")).await?.status, 200);
    // The filtered bytes of a named revision do not change either.
    hub.write(Method::DELETE, "/v1/repos/kitchen", &Value::Null).await?;
    let then = hub.get("/v1/federated?revision=3&repo=kitchen,state-hub").await?;
    assert_eq!((&then.text, then.header("etag")), (&one.text, one.header("etag")));
    let now = hub.get("/v1/federated?format=json&repo=kitchen,state-hub").await?.json();
    assert_eq!((repos(&now), &now["revision"]), (vec!["state-hub"], &json!(4)));
    Ok(())
}

#[tokio::test]
async fn names_that_cannot_be_are_refused() -> Result<()> {
    let (hub, _sources) = hub().await?;
    for query in ["repo=", "repo=A", "repo=a,,b", "domain=a.b", "domain=a%20b", "repo=a&repo=b", "repo=%27%20OR%201=1"]
    {
        let answer = hub.get(&format!("/v1/federated?{query}")).await?;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("invalid-query")), "{query}");
    }
    let many: Vec<String> = (0..101).map(|i| format!("r{i}")).collect();
    let answer = hub.get(&format!("/v1/federated?repo={}", many.join(","))).await?;
    assert_eq!((answer.status, answer.text.contains("100")), (400, true));
    Ok(())
}

#[tokio::test]
async fn staleness_is_that_of_the_sources_shown() -> Result<()> {
    let (hub, _sources) = hub().await?;
    let oldest = hub.get("/v1/federated?repo=kitchen").await?.header("reuse-surface-verified").to_owned();
    // From the next second on, state-hub has been verified more recently than kitchen.
    let newer = eventually(async || {
        hub.write(Method::POST, "/v1/repos/state-hub/refresh", &Value::Null).await?;
        let verified = hub.get("/v1/federated?repo=state-hub").await?.header("reuse-surface-verified").to_owned();
        Ok((verified != oldest).then_some(verified))
    })
    .await?;
    assert!(newer > oldest, "{newer} {oldest}");
    assert_eq!(hub.get("/v1/federated?repo=kitchen").await?.header("reuse-surface-verified"), oldest);
    assert_eq!(hub.get("/v1/federated?repo=none-such").await?.header("reuse-surface-verified"), "");
    Ok(())
}
