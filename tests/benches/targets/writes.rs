//! A write of a registration, compared with one `fsync` on the same disk.

use crate::federation::register;
use crate::table::{Table, median, milliseconds};
use anyhow::{Result, ensure};
use end_to_end::{Hub, Sources};
use reqwest::Method;
use serde_json::json;
use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

const ROUNDS: usize = 101;

/// Measures repeated changes of a description, which do not change the document.
pub async fn measure(table: &mut Table) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, 1, 10).await?;
    let mut file = File::create(hub.data().join("fsync"))?;
    let (mut writes, mut syncs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_all()?;
        syncs.push(begun.elapsed());
        let begun = Instant::now();
        let answer =
            hub.write(Method::PATCH, "/v1/repos/s0", &json!({"description": format!("round {round}")})).await?;
        writes.push(begun.elapsed());
        ensure!(answer.status == 200, "{}", answer.text);
    }
    table.row(
        "a registration write",
        &milliseconds(median(writes)),
        &format!("4 KiB appended and synced {}", milliseconds(median(syncs))),
        "bounded by one fsync",
    );
    Ok(())
}
