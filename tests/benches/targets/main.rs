//! Measures the targets of the design: `cargo xtask bench`, with a release build on an otherwise idle machine.
//!
//! Each figure is measured in the same run as its reference, because machines differ more than hubs do. Nothing here passes or fails; the
//! table is for the reader.

mod federation;
mod load;
mod memory;
mod reads;
mod recompose;
mod refresh;
mod scale;
mod search;
mod start;
mod table;
mod writes;

use table::Table;

/// Measures all targets, or those that the arguments name.
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Options are from cargo.
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    let mut table = Table::default();
    if wanted("start") {
        start::measure(&mut table).await?;
    }
    if wanted("reads") {
        reads::measure(&mut table).await?;
    }
    if wanted("writes") {
        writes::measure(&mut table).await?;
    }
    if wanted("recompose") {
        recompose::measure(&mut table).await?;
    }
    if wanted("refresh") {
        refresh::measure(&mut table).await?;
    }
    if wanted("search") {
        search::measure(&mut table).await?;
    }
    if wanted("memory") {
        memory::measure(&mut table).await?;
    }
    // Takes long and is for docs/scale.md: only if it is named.
    if only.iter().any(|one| one == "scale") {
        scale::measure(&mut table).await?;
    }
    if wanted("large") {
        memory::first_read(&mut table).await?;
    }
    Ok(())
}
