//! One of ten sources changes, and one of a thousand.

use crate::federation::{index, path, register};
use crate::table::{Table, median, milliseconds};
use anyhow::{Result, ensure};
use end_to_end::{Hub, Sources};
use reqwest::Method;
use serde_json::Value;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;
const CAPABILITIES: usize = 20;

/// Measures the refresh of the one source that changed: fetch, check, publish.
pub async fn measure(table: &mut Table) -> Result<()> {
    let few = of(10).await?;
    let many = of(1000).await?;
    table.row(
        "recompose after 1 of 1,000 sources changed",
        &format!("{}, {:.1} × as long", milliseconds(many), many.as_secs_f64() / few.as_secs_f64()),
        &format!("1 of 10: {}", milliseconds(few)),
        "≤ 3 ×",
    );
    Ok(())
}

async fn of(count: usize) -> Result<Duration> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, count, CAPABILITIES).await?;
    let mut times = Vec::new();
    for edition in 1..=ROUNDS {
        sources.index(&path(0), &index(0, CAPABILITIES, edition));
        let before = hub.get("/health").await?.json()["revision"].as_u64();
        let begun = Instant::now();
        let answer = hub.write(Method::POST, "/v1/repos/s0/refresh", &Value::Null).await?;
        times.push(begun.elapsed());
        ensure!(answer.status == 200, "{}", answer.text);
        ensure!(hub.get("/health").await?.json()["revision"].as_u64() > before, "no new revision");
    }
    Ok(median(times))
}
