//! The routes, one file per resource.

pub mod about;
pub mod capabilities;
pub mod catalogues;
pub mod changes;
pub mod check;
pub mod consumers;
pub mod demand;
pub mod discovery;
pub mod events;
pub mod federated;
pub mod feeds;
pub mod health;
pub mod hooks;
pub mod indexes;
pub mod metrics;
pub mod openapi;
pub mod overlaps;
pub mod repos;
pub mod schemas;
pub mod tokens;
pub mod transparency;
pub mod upstreams;
