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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut table = Table::default();
    start::measure(&mut table).await?;
    reads::measure(&mut table).await?;
    writes::measure(&mut table).await?;
    recompose::measure(&mut table).await?;
    refresh::measure(&mut table).await?;
    memory::measure(&mut table).await?;
    Ok(())
}
