//! The targets of the design, measured: `cargo xtask bench`, with a release build on a machine that does nothing else.
//!
//! Each figure is taken beside what it is compared with, in one run, since machines differ by more than hubs do. Nothing here passes or
//! fails: who runs it reads the table.

mod federation;
mod load;
mod memory;
mod reads;
mod recompose;
mod refresh;
mod start;
mod table;
mod writes;

use table::Table;

/// Measures all, or what the arguments name.
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Options are cargo's own.
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
    if wanted("memory") {
        memory::measure(&mut table).await?;
    }
    if wanted("large") {
        memory::first_read(&mut table).await?;
    }
    Ok(())
}
