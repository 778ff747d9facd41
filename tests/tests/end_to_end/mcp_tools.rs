//! MCP with the programs that check servers: the official conformance suite, and the inspector on the command line.

use crate::mcp::hub_with_two_repos;
use anyhow::{Context as _, Result, ensure};
use end_to_end::{binary, tools};
use serde_json::{Value, json};
use std::process::Command;

/// Runs a program from the npm registry and returns what it wrote to standard output.
async fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(tools().join("mcp/node_modules/.bin").join(program));
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.context("run `cargo xtask tools`, which installs the program")?;
    let (said, failed) = (String::from_utf8(output.stdout)?, String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{program} {arguments:?}\n{said}\n{failed}");
    Ok(said)
}

#[tokio::test]
async fn the_conformance_suite_passes_in_all_that_needs_no_server_of_its_own() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let baseline = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/mcp_conformance.yaml");
    for path in ["/mcp", "/mcp/"] {
        let url = format!("{}{path}", hub.base());
        let arguments = ["server", "--url", &url, "--suite", "all", "--expected-failures", baseline];
        let said = run("conformance", &arguments).await?;
        for passed in [
            "server-initialize: 1 passed",
            "ping: 1 passed",
            "tools-list: 1 passed",
            "dns-rebinding-protection: 2 passed",
        ] {
            assert!(said.contains(passed), "{passed}: {said}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_inspector_lists_and_calls_tools_over_http_and_stdio() -> Result<()> {
    let (hub, _sources) = hub_with_two_repos().await?;
    let url = format!("{}/mcp", hub.base());
    let program = binary();
    let http = [url.as_str(), "--transport", "http"];
    let stdio = [program.to_str().context("a path in UTF-8")?, "mcp", "--base-url", hub.base()];
    for server in [&http[..], &stdio[..]] {
        let inspect = async |arguments: &[&str]| -> Result<Value> {
            let said = run("mcp-inspector", &[&["--cli"], server, arguments].concat()).await?;
            serde_json::from_str(&said).context(said)
        };
        let listed = inspect(&["--method", "tools/list"]).await?;
        let names: Vec<&Value> =
            listed["tools"].as_array().context("tools")?.iter().map(|tool| &tool["name"]).collect();
        assert_eq!(
            names,
            ["search_capabilities", "get_capability", "list_repos", "federation_status", "list_consumers"]
        );

        // The inspector reads arguments by the schemas, and sends those that are not in them as text.
        let call = ["--method", "tools/call", "--tool-name"];
        let arguments = ["search_capabilities", "--tool-arg", "q=state", "limit=1", "fields=name", "verbose=true"];
        let found = inspect(&[&call[..], &arguments[..]].concat()).await?;
        let page = &found["structuredContent"];
        assert_eq!(
            (&found["isError"], &page["total"], &page["shown"]),
            (&json!(false), &json!(2), &json!(1)),
            "{found}"
        );
        let disabled = inspect(&[&call[..], &["list_repos", "--tool-arg", "enabled=false"]].concat()).await?;
        assert_eq!(disabled["structuredContent"]["total"], 0, "{disabled}");
        let unknown = inspect(&[&call[..], &["get_capability", "--tool-arg", "id=capability.none"]].concat()).await?;
        let text = unknown["content"][0]["text"].as_str().unwrap_or_default();
        assert!(unknown["isError"] == true && text.contains("search_capabilities"), "{unknown}");
    }
    Ok(())
}
