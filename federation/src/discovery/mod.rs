//! How agents find what is published: as resources of Agentic Resource Discovery (ARD v0.91), and as servers of the MCP Registry
//! (v0.1). Pure.

mod identifier;
mod own;
mod resource;
mod server;
mod site;
mod words;

pub use identifier::is_identifier;
pub use own::{own_resource, own_resources, own_server};
pub use resource::{CAPABILITY, MCP_SERVER, REGISTRY, Resource, canonical, media_type, resource};
pub use server::{MAX_NAME, Server, is_server_name, server, server_name};
pub use site::Site;
