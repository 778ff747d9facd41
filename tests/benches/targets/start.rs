//! The time from exec to the first response, and the overhead of the command line.

use crate::federation::register;
use crate::table::{Table, median, milliseconds};
use anyhow::{Result, ensure};
use end_to_end::{Cli, Hub, Sources, TOKEN};
use std::time::Instant;

const ROUNDS: usize = 15;

/// Starts a hub repeatedly on one directory, and lists registrations with and without the command line.
pub async fn measure(table: &mut Table) -> Result<()> {
    let sources = Sources::start()?;
    let mut hub = Hub::start()?;
    register(&hub, &sources, 10, 10).await?;
    let mut starts = Vec::new();
    for _ in 0..ROUNDS {
        let folder = hub.kill()?;
        let begun = Instant::now();
        hub = Hub::start_in(folder, Some(TOKEN), &["--allow-private-networks"])?;
        ensure!(hub.get("/v1/federated").await?.status == 200, "no document");
        starts.push(begun.elapsed());
    }
    table.row("`serve` from exec to first 200", &milliseconds(median(starts)), "", "≤ 100 ms");

    let (mut requests, mut lists) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ensure!(hub.get("/v1/repos?limit=1000").await?.status == 200, "no list");
        requests.push(begun.elapsed());
        let begun = Instant::now();
        let ran = Cli::new(&hub).run(&["hub", "list"])?;
        ensure!(ran.code == 0, "{ran:?}");
        lists.push(begun.elapsed());
    }
    let (list, request) = (median(lists), median(requests));
    table.row(
        "`hub list` in addition to its request",
        &milliseconds(list.saturating_sub(request)),
        &format!("the request {}", milliseconds(request)),
        "≤ 20 ms",
    );
    Ok(())
}
