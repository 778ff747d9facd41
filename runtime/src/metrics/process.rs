//! The operating system's figures on this process and its files, read on each scrape.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// Metrics with the names that Prometheus uses everywhere, without their prefix. Figures that the system
/// does not provide are left out.
#[derive(Debug)]
pub(super) struct Process {
    started: f64,
}

impl Default for Process {
    fn default() -> Self {
        let started = SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |elapsed| elapsed.as_secs_f64());
        Self { started }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        gauge(&mut encoder, "start_time", "Start time of the process, since 1970", Some(Unit::Seconds), self.started)?;
        if let Some(bytes) = resident() {
            gauge(&mut encoder, "resident_memory", "Memory in use", Some(Unit::Bytes), bytes)?;
        }
        if let Some(open) = fs::read_dir("/proc/self/fd").ok().map(Iterator::count) {
            gauge(&mut encoder, "open_fds", "Open files and connections", None, open as f64)?;
        }
        if let Some(seconds) = processor_seconds() {
            let counter = ConstCounter::new(seconds);
            let help = "Processor time used";
            let descriptor = encoder.encode_descriptor("cpu", help, Some(&Unit::Seconds), counter.metric_type())?;
            counter.encode(descriptor)?;
        }
        Ok(())
    }
}

/// Sizes of the database files, including their write-ahead logs.
#[derive(Debug)]
pub(super) struct Files(pub(super) Vec<PathBuf>);

impl Collector for Files {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let bytes: u64 = self.0.iter().map(size).sum();
        gauge(&mut encoder, "database_size", "Size of the database files", Some(Unit::Bytes), bytes as f64)
    }
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, unit: Option<Unit>, value: f64) -> fmt::Result {
    let gauge = ConstGauge::new(value);
    gauge.encode(encoder.encode_descriptor(name, help, unit.as_ref(), gauge.metric_type())?)
}

fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// The sum over all threads, in clock ticks. Linux's interface always has 100 ticks per second.
fn processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, which may contain any character.
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}
