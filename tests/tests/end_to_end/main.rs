//! The whole product, from the command line to the document, over real sockets and a real database.

mod bad_index;
mod bad_input;
mod conventions;
mod document;
mod history;
mod lifecycle;
mod poisoning;
mod revalidation;
mod walkthrough;
