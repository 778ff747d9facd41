//! The handlers, run natively over SQLite or PostgreSQL with a clock and sources of the test's own: what depends on time, and what is counted.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

mod ports;
mod stores;

mod acknowledged;
mod addresses;
mod branches;
mod catalogues;
mod checking;
mod conflicts;
mod damage;
mod demand;
mod discovery;
mod events;
mod every_page;
mod failures;
mod finding;
mod formats;
mod growth;
mod hooks;
mod hosts;
mod identities;
mod incremental;
mod labels;
mod listing;
mod mcp;
mod mcp_arguments;
mod mcp_errors;
mod mcp_in_browsers;
mod mcp_schemas;
mod metrics;
mod mirror;
mod nul;
mod openapi;
mod overlaps;
mod page_bytes;
mod pages;
mod politeness;
mod postgres;
mod reading;
mod records;
mod refreshing;
mod retention;
mod same_file;
mod search;
mod streaming;
mod time;
mod tokens;
mod upgrade;
mod writers;
