//! `reuse-surface mcp`.

use clap::Args;

const EXAMPLES: &str = "\
Agents that support MCP over HTTP do not need this command: configure the URL https://reuse.coulomb.social/mcp.

Examples:
  reuse-surface mcp
  reuse-surface mcp --base-url http://127.0.0.1:8080

Claude Code:
  claude mcp add reuse-surface -- reuse-surface mcp
  claude mcp add --transport http reuse-surface https://reuse.coulomb.social/mcp

Claude Desktop (claude_desktop_config.json), Cursor (.cursor/mcp.json) and others:
  {\"mcpServers\": {\"reuse-surface\": {\"command\": \"reuse-surface\", \"args\": [\"mcp\"]}}}

VS Code (.vscode/mcp.json):
  {\"servers\": {\"reuse-surface\": {\"type\": \"stdio\", \"command\": \"reuse-surface\", \"args\": [\"mcp\"]}}}

Codex (~/.codex/config.toml):
  [mcp_servers.reuse-surface]
  command = \"reuse-surface\"
  args = [\"mcp\"]";

/// Run an MCP server over standard input and output that offers the hub's tools
///
/// Forwards the tools that the hub offers at /mcp: search capabilities, read them, list repositories, and show the status of the federation.
/// It is read-only and needs no token. While the hub cannot be reached, the tools return an error and the server keeps running. The
/// server stops at the end of its input and logs errors to standard error.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Mcp {}
