//! What agents find through external standards: resources of Agentic Resource Discovery, and servers of the MCP Registry.

mod filter;
pub mod resources;
pub mod servers;

/// The fields of an entry that these standards know.
const FIELDS: &str = "domain,name,title,summary,status,owner,path,tags,representative_queries,artifact,mcp_server";
