//! `reuse-surface mcp`.

use clap::Args;

const EXAMPLES: &str = "\
Agents that speak MCP over HTTP need no program: give them the URL https://reuse.coulomb.social/mcp.

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

/// Give an agent the hub's tools: an MCP server over standard input and output
///
/// Passes on what the hub offers at /mcp: searching capabilities, reading them, listing repositories, the status of the federation. Reads
/// only, and needs no token. While the hub cannot be reached, tools answer with an error and the server stays. Ends at the end of its input; its
/// log is on standard error.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Mcp {}
