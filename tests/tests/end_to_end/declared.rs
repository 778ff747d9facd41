//! `hub apply` against a real hub.

use anyhow::Result;
use end_to_end::{Cli, Hub, Ran, Sources, index};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_file_in_git_is_what_the_hub_has() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let folder = tempfile::TempDir::new()?;
    let path = folder.path().join("registrations.yaml");
    let declared = |repo: &str, team: &str| {
        let url = sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}")]));
        json!({"repo": repo, "url": url, "domain": "d", "labels": {"team": team}})
    };
    let cli = Cli::new(&hub);
    let apply = |file: &[Value], more: &[&str]| -> Result<Ran> {
        std::fs::write(&path, json!({ "registrations": file }).to_string())?;
        let path = path.to_str().unwrap_or_default();
        cli.run(&[&["hub", "apply", "-o", "json", "-f", path], more].concat())
    };
    let file = [declared("a", "x"), declared("b", "x"), declared("c", "y")];
    assert_eq!(apply(&file, &["--dry-run", "--exit-code"])?.code, 5);
    assert_eq!(hub.get("/v1/repos").await?.json()["total"], 0);
    let ran = apply(&file, &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    // Once applied, there are no differences, whatever the hub adds.
    let ran = apply(&file, &["--dry-run", "--exit-code"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    let labelled = async |label: &str| hub.get(&format!("/v1/repos?label={label}")).await.map(|it| it.json());
    assert_eq!((&labelled("team=x").await?["total"], &labelled("team=").await?["total"]), (&json!(2), &json!(0)));
    assert_eq!(hub.get("/v1/repos?label=team").await?.status, 400);
    // A field that the file leaves out is reset; a registration that it does not name stays.
    let changed = json!({"description": "by hand", "labels": {"team": "z", "tier": "1"}});
    assert_eq!(hub.write(Method::PATCH, "/v1/repos/b", &changed).await?.status, 200);
    assert_eq!(labelled("tier=1").await?["repos"][0]["repo"], "b");
    let ran = apply(&file[1..], &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    let b = hub.get("/v1/repos/b").await?.json();
    assert_eq!((&b["description"], &b["labels"]), (&json!(""), &json!({"team": "x"})));
    assert_eq!(labelled("tier=1").await?["total"], 0);
    // Only registrations with the label are removed.
    let ran = apply(&file[..1], &["--prune", "--label", "team=x"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    let left = hub.get("/v1/repos").await?.json();
    let left: Vec<_> = left["repos"].as_array().into_iter().flatten().map(|it| it["repo"].clone()).collect();
    assert_eq!(left, ["a", "c"]);
    assert_eq!(labelled("team=x").await?["total"], 1);
    Ok(())
}
