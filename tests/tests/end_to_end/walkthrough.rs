//! The example of the README, with the real command line.

use anyhow::Result;
use end_to_end::{Cli, Hub, Sources};
use serde_json::Value;

const OWN: &str = include_str!("../../../registry/indexes/capabilities.yaml");
const SIBLING: &str = include_str!("../../../registry/indexes/state-hub.yaml");

fn capability_ids(document: &Value) -> Vec<&str> {
    let capabilities = document["capabilities"].as_array().map(Vec::as_slice).unwrap_or_default();
    capabilities.iter().filter_map(|c| c["id"].as_str()).collect()
}

#[tokio::test]
async fn register_compose_and_read() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let cli = Cli::new(&hub);
    for (repo, path, text) in [("reuse-surface", "/capabilities.yaml", OWN), ("state-hub", "/state-hub.yaml", SIBLING)]
    {
        let url = sources.index(path, text);
        let ran = cli.run(&["hub", "register", "--repo", repo, "--url", &url, "--domain", "registry", "-o", "json"])?;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.json()["repo"], repo);
        assert_eq!(ran.json()["registered_by"], "bootstrap");
    }
    let ran = cli.run(&["hub", "compose", "--force", "-o", "json"])?;
    assert_eq!((ran.code, &ran.json()["failed"]), (0, &Value::from(0)), "{ran:?}");

    let document = hub.document().await?;
    let ids = capability_ids(&document);
    assert!(ids.contains(&"capability.registry.register") && ids.contains(&"capability.state.publish"), "{ids:?}");
    let expected: Vec<String> = [OWN, SIBLING]
        .iter()
        .flat_map(|text| federation::index::check(text.as_bytes()).index.expect("valid").capabilities)
        .map(|c| c.id().to_owned())
        .collect();
    assert_eq!(ids, expected, "ordered by repo, then as their index has them");

    let ran = cli.run(&["hub", "list", "-o", "json"])?;
    assert_eq!(ran.json()["total"], 2);
    let ran = cli.run(&["hub", "show", "--repo", "state-hub", "-o", "json"])?;
    assert_eq!(ran.json()["status"]["state"], "fresh", "{ran:?}");
    let ran = cli.run(&["hub", "status"])?;
    assert_eq!(ran.code, 0, "{ran:?}");

    let ran = cli.run(&["hub", "update", "--repo", "state-hub", "--enabled", "false", "-o", "json"])?;
    assert_eq!((ran.code, &ran.json()["enabled"]), (0, &Value::from(false)), "{ran:?}");
    assert!(!capability_ids(&hub.document().await?).contains(&"capability.state.publish"));
    let ran = cli.run(&["hub", "deregister", "--repo", "state-hub"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(cli.run(&["hub", "show", "--repo", "state-hub"])?.code, 1);
    Ok(())
}

#[tokio::test]
async fn the_command_line_tells_who_said_no() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let url = sources.index("/a", "version: 1\ncapabilities: []\n");
    let register = ["hub", "register", "--repo", "a", "--url", &url, "--domain", "d"];
    assert_eq!(Cli::new(&hub).with_token(None).run(&register)?.code, 4);
    assert_eq!(Cli::new(&hub).with_token(Some("wrong")).run(&register)?.code, 4);
    assert_eq!(Cli::new(&hub).run(&register)?.code, 0);
    let again = Cli::new(&hub).run(&register)?;
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("repo-exists"), "{again:?}");
    assert_eq!(Cli::at("http://127.0.0.1:1").run(&["hub", "status"])?.code, 3);
    assert_eq!(Cli::new(&hub).run(&["hub", "register", "--repo", "b"])?.code, 2);
    Ok(())
}
