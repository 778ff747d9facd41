//! Memory of a large hub that is read.

use crate::federation::register;
use crate::load::requests_per_second;
use crate::table::Table;
use anyhow::{Context as _, Result};
use end_to_end::{Hub, Sources};
use std::fs;

const SECONDS: u32 = 5;

/// 1,000 sources, 20,000 capabilities; the document whole and compressed, then a search.
pub async fn measure(table: &mut Table) -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, 1000, 19).await?;
    let document = format!("{}/v1/federated", hub.base());
    requests_per_second(&document, None, SECONDS)?;
    requests_per_second(&format!("{document}?format=json"), Some("accept-encoding: gzip"), SECONDS)?;
    let searches = requests_per_second(&format!("{}/v1/capabilities?q=edition", hub.base()), None, SECONDS)?;
    let status = fs::read_to_string(format!("/proc/{}/status", hub.pid()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kibibytes: u64 = peak.trim().trim_end_matches("kB").trim().parse()?;
    table.row(
        "memory of `serve`, 1,000 sources, 20,000 capabilities, under load, at most",
        &format!("{} MiB", kibibytes / 1024),
        &format!("meanwhile {searches:.0} searches/s"),
        "≤ 200 MiB",
    );
    Ok(())
}
