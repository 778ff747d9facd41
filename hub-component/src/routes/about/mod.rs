//! Descriptions of the hub at well-known paths.

mod llms;
mod robots;
mod well_known;

pub use llms::{__path_llms, llms};
pub use robots::{__path_robots, robots};
pub use well_known::{__path_api_catalog, __path_hub, api_catalog, hub};
