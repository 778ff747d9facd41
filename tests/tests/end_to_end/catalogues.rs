//! An organisation that is registered once, with the command line, over real sockets, at a forge whose listing has pages.

use anyhow::{Result, ensure};
use end_to_end::{Behaviour, Cli, Hub, Sources, eventually, index};
use reqwest::Method;
use serde_json::{Value, json};

const LISTING: &str = "/api/v1/users/acme/repos?limit=50";

/// A repository as Gitea describes it, cut to what does not vary.
fn repo(id: u64, name: &str) -> Value {
    json!({"id": id, "name": name, "full_name": format!("acme/{name}"), "private": false, "fork": false, "empty": false,
        "archived": false, "default_branch": "main", "updated_at": "2026-11-02T03:04:05+01:00"})
}

fn publish(sources: &Sources, name: &str) {
    let path = format!("/acme/{name}/raw/branch/main/registry/indexes/capabilities.yaml");
    sources.index(&path, &index(&["capability.one"]));
}

fn list(sources: &Sources, pages: [&[Value]; 2]) {
    let second = sources.url(&format!("{LISTING}&page=2"));
    let link = format!("Link: <{second}>; rel=\"next\",<{second}>; rel=\"last\"\r\n");
    sources.set(LISTING, Behaviour::Plain(json!(pages[0]).to_string().into_bytes(), link));
    let body = json!(pages[1]).to_string().into_bytes();
    sources.set(&format!("{LISTING}&page=2"), Behaviour::Plain(body, String::new()));
}

async fn repos_are(hub: &Hub, expected: &[&str]) -> Result<()> {
    eventually(async || {
        let listing = hub.get("/v1/repos").await?.json();
        let repos = listing["repos"].as_array().cloned().unwrap_or_default();
        let names: Vec<&str> = repos.iter().filter_map(|repo| repo["repo"].as_str()).collect();
        Ok((names == expected).then_some(()))
    })
    .await
}

#[tokio::test]
async fn an_organisation_is_registered_with_one_command() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let cli = Cli::new(&hub);
    publish(&sources, "a");
    publish(&sources, "B");
    list(&sources, [&[repo(1, "a"), repo(2, "without")], &[repo(3, "B")]]);
    let url = sources.url("/acme");
    let add = ["hub", "catalogue", "add", "acme", "--kind", "gitea", "--url", &url, "--domain", "d", "-o", "json"];
    let ran = cli.run(&add)?;
    ensure!(ran.code == 0, "{ran:?}");
    repos_are(&hub, &["a", "b"]).await?;
    hub.compose().await?;
    assert_eq!(hub.document().await?["sources"].as_array().map(Vec::len), Some(2));
    let shown = cli.run(&["hub", "catalogue", "show", "acme", "-o", "json"])?.json();
    assert_eq!(
        (&shown["status"]["registered"], &shown["status"]["others"]["no_index"]),
        (&json!(2), &json!(1)),
        "{shown}"
    );
    let listed = cli.run(&["hub", "catalogue", "list"])?;
    ensure!(listed.code == 0 && listed.stdout.contains("acme"), "{listed:?}");

    publish(&sources, "z");
    list(&sources, [&[repo(1, "z"), repo(2, "without")], &[repo(3, "B")]]);
    let again = json!({"cache_ttl_seconds": 7200});
    assert_eq!(hub.write(Method::PATCH, "/v1/catalogues/acme", &again).await?.status, 200);
    repos_are(&hub, &["b", "z"]).await?;
    assert_eq!(cli.run(&["hub", "catalogue", "release", "acme"])?.code, 1, "nothing is held");
    assert_eq!(cli.run(&["hub", "catalogue", "remove", "acme"])?.code, 0);
    repos_are(&hub, &["b", "z"]).await
}
