//! The whole product, from the command line to the document, over real sockets and a real database.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

mod addresses;
mod bad_index;
mod bad_input;
mod catalogues;
mod ci_recipes;
mod clients;
mod confined;
mod conventions;
mod cors;
mod declared;
mod discovery;
mod document;
mod examples;
mod filters;
mod generated_clients;
mod history;
mod hostile_inputs;
mod lifecycle;
mod limits;
mod links;
mod log;
mod mcp;
mod mcp_stdio;
mod mcp_tools;
mod memo;
mod metrics;
mod mirrors;
mod negotiation;
mod odd_headers;
mod offline;
mod openapi;
mod pages;
mod poisoning;
mod proxy;
mod publishing;
mod restart;
mod revalidation;
mod search;
mod search_quality;
mod smoke;
mod tls;
mod tokens;
mod twin;
mod walkthrough;
