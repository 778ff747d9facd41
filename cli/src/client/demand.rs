//! Questions that nothing answers well.

use super::{Client, Error, Request};
use api::demand::{Demand, DemandQuery};
use api::{page, paths};

/// The questions that nothing answers well, up to `limit`.
pub(crate) async fn demand(client: &Client, limit: usize) -> Result<Demand, Error> {
    let query = DemandQuery { limit: Some(limit.min(page::DEMAND.max)) };
    client.send(Request::get(paths::DEMAND).query(&query)).await?.shape()
}
