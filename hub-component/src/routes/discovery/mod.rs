//! Where agents look: Agentic Resource Discovery and the MCP Registry.

mod manifest;
mod resources;
mod search;
mod servers;

pub use manifest::{__path_ai_catalog, __path_manifest, ai_catalog, manifest};
pub use resources::{__path_resource, __path_resources, resource, resources};
pub use search::{__path_search, search};
pub use servers::{__path_server, __path_servers, __path_versions, server, servers, versions};
