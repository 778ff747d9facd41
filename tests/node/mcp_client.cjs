// Talks to an MCP server with the official client, and writes what it saw to standard output as JSON: the same as `python/mcp_client.py`.
//
//     node mcp_client.cjs http URL < calls.json
//     node mcp_client.cjs stdio COMMAND ARGUMENT... < calls.json
//
// `calls.json` is a list of `{"name", "arguments"}`. The client itself checks each result against the tool's output schema.

const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");
const { StreamableHTTPClientTransport } = require("@modelcontextprotocol/sdk/client/streamableHttp.js");
const { json } = require("node:stream/consumers");

async function call(client, { name, arguments: given }) {
  try {
    const result = await client.callTool({ name, arguments: given });
    const [{ text }] = result.content;
    const seen = { is_error: result.isError ?? false, text, structured: result.structuredContent ?? null };
    if (!seen.is_error) seen.twice = text === JSON.stringify(result.structuredContent);
    return seen;
  } catch (error) {
    return { code: error.code, message: error.message };
  }
}

async function main([kind, ...where]) {
  const [command, ...args] = where;
  const transport =
    kind === "http"
      ? new StreamableHTTPClientTransport(new URL(command))
      : new StdioClientTransport({ command, args, stderr: "inherit" });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  const server = client.getServerVersion();
  const { tools } = await client.listTools();
  const calls = [];
  for (const each of await json(process.stdin)) calls.push(await call(client, each));
  const seen = {
    version: transport.protocolVersion ?? null,
    instructions: client.getInstructions(),
    server: server.name,
    title: server.title ?? null,
    website: server.websiteUrl ?? null,
    tools,
    calls,
  };
  await client.close();
  process.stdout.write(JSON.stringify(seen));
}

main(process.argv.slice(2));
