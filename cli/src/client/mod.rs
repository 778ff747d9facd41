//! A client of the hub's HTTP API: one request, one response, typed errors.

mod answer;
mod base;
mod causes;
mod changes;
mod connection;
mod demand;
mod error;
mod health;
mod lists;
mod manifest;
mod overlaps;
mod problem;
mod request;
mod search;
mod token;

pub(crate) use self::answer::Answer;
pub(crate) use self::base::Base;
pub(crate) use self::changes::changes;
pub(crate) use self::connection::{Client, http};
pub(crate) use self::demand::demand;
pub(crate) use self::error::Error;
pub(crate) use self::health::healthy;
pub(crate) use self::lists::{catalogues, events, list, tokens};
pub(crate) use self::manifest::manifest;
pub(crate) use self::overlaps::overlaps;
pub(crate) use self::problem::Problem;
pub(crate) use self::request::Request;
pub(crate) use self::search::search;
pub(crate) use self::token::Token;
