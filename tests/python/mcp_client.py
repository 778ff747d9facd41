"""Talks to an MCP server with the official client, and writes what it saw to standard output as JSON.

    mcp_client.py MODE http URL < calls.json
    mcp_client.py MODE stdio COMMAND ARGUMENT... < calls.json

MODE is the client's own word: `legacy` shakes hands, `auto` asks for the newest revision first. `calls.json` is a list of
`{"name", "arguments"}`. The client itself checks each result against the tool's output schema.
"""

import asyncio
import json
import sys

from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters


async def call(client, tools, name, arguments):
    try:
        result = await client.call_tool(name, arguments)
    except MCPError as error:
        return {"code": error.error.code, "message": error.error.message}
    seen = {"is_error": result.is_error, "text": result.content[0].text, "structured": result.structured_content}
    if not result.is_error:
        Draft202012Validator(tools[name].output_schema).validate(result.structured_content)
        seen["twice"] = json.loads(seen["text"]) == result.structured_content
    return seen


async def main():
    mode, transport, *where = sys.argv[1:]
    server = where[0] if transport == "http" else StdioServerParameters(command=where[0], args=where[1:])
    async with Client(server, mode=mode, read_timeout_seconds=60) as client:
        seen = {"version": client.protocol_version, "instructions": client.instructions}
        if server := client.server_info:
            seen |= {"server": server.name, "title": server.title, "website": server.website_url}
        try:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        except MCPError as error:
            tools, seen["tools_error"] = {}, error.error.message
        for tool in tools.values():
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema)
        seen["tools"] = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools.values()]
        seen["calls"] = [await call(client, tools, **each) for each in json.load(sys.stdin)]
    json.dump(seen, sys.stdout)


asyncio.run(main())
